import { noPythonManifest, type PythonManifest } from './python-manifest.ts'
import type { Pyproject } from './python-pyproject.ts'
import { requirementName } from './python-requirements.ts'
import type { SourceTree } from './source-tree.ts'

/**
 * The manifest that pyproject.toml and the lock file beside it make up, or null where Poetry's own
 * table can neither be installed by a lock file nor by its build backend.
 */
export function manifestOfPyproject(tree: SourceTree, pyproject: Pyproject): PythonManifest | null {
  const { project, tool } = pyproject
  const poetry = tool?.poetry?.dependencies ?? {}
  const declared = [...(project?.dependencies ?? []), ...Object.keys(poetry)]
  const named = declared.map(requirementName).filter((name) => name !== null)
  const names = named.filter((name) => name !== 'python')
  const lacking = lackingIn(tree.read('uv.lock'), names)
  const kind = kindOf(tree, pyproject, lacking)
  if (kind === 'pyproject' && !isReadable(pyproject)) return null
  const lock = kind === 'uv-lock' ? 'uv.lock' : kind === 'poetry-lock' ? 'poetry.lock' : null
  const text = `${tree.read('pyproject.toml')}${lock === null ? '' : tree.read(lock)}`
  return {
    ...noPythonManifest,
    kind,
    file: lock ?? 'pyproject.toml',
    names: new Set(names),
    lacking,
    requiresPython: project?.['requires-python'] ?? poetryRange(poetry.python),
    copy: needsSource(pyproject, kind) ? ['.'] : ['pyproject.toml', ...(lock ? [lock] : [])],
    packages: isPackage(pyproject) ? ['.'] : [],
    name: project?.name ?? tool?.poetry?.name ?? null,
    scripts: scriptsOf(pyproject),
    usesGit: /\bgit\s*=\s*["']|git\+/.test(text),
  }
}

/** `uv run` brings a lock file up to date in passing, so many a repository's is not. */
function lackingIn(lock: string | null, names: string[]): string | null {
  const missing = names.find((name) => lock !== null && !lock.includes(`name = "${name}"`))
  return missing ?? null
}

function kindOf(
  tree: SourceTree,
  { project, tool }: Pyproject,
  lacking: string | null,
): PythonManifest['kind'] {
  if (tree.files.includes('uv.lock') && lacking === null) return 'uv-lock'
  if (tool?.poetry === undefined && project?.dependencies !== undefined) return 'pyproject'
  return tree.files.includes('poetry.lock') ? 'poetry-lock' : 'pyproject'
}

/** Dependencies that only the source can tell, or that are part of it. */
function needsSource({ project, tool }: Pyproject, kind: PythonManifest['kind']): boolean {
  const local = JSON.stringify([tool?.uv?.sources, tool?.poetry?.dependencies]).includes('"path":')
  if (local || tool?.uv?.workspace !== undefined) return true
  // Poetry's own table is read by its build backend, which wants to see the package.
  const isDynamic = project === undefined || project.dynamic?.includes('dependencies') === true
  return isDynamic && kind !== 'poetry-lock'
}

function isReadable(pyproject: Pyproject): boolean {
  const { project, tool } = pyproject
  const inPoetry = project?.dependencies === undefined && tool?.poetry?.dependencies !== undefined
  return !inPoetry || (isPackage(pyproject) && pyproject['build-system'] !== undefined)
}

function isPackage(pyproject: Pyproject): boolean {
  const { uv, poetry } = pyproject.tool ?? {}
  const said = uv?.package ?? poetry?.['package-mode']
  return said ?? pyproject['build-system'] !== undefined
}

function scriptsOf({ project, tool }: Pyproject): Record<string, string> {
  const all = Object.entries({ ...tool?.poetry?.scripts, ...project?.scripts })
  return Object.fromEntries(
    all.flatMap(([name, target]) => (typeof target === 'string' ? [[name, target]] : [])),
  )
}

/** Poetry's own operators in PEP 440's: `^3.11` is `>=3.11,<4` and `~3.11` is `==3.11.*`. */
function poetryRange(range: unknown): string | null {
  const first = typeof range === 'string' ? (range.split('||')[0]?.trim() ?? '') : ''
  if (first === '' || first === '*') return null
  return first
    .replace(/\^(\d+(?:\.\d+)*)/g, '>=$1,<4')
    .replace(/~(\d+\.\d+)(?![.\d])/g, '==$1.*')
    .replace(/~(?=\d)/g, '~=')
}
