import { AppError } from '@moorage/domain/error'
import { type Pyproject, parsePyproject } from './python-pyproject.ts'
import { readRequirements, requirementName } from './python-requirements.ts'
import { readScriptMetadata, type ScriptMetadata } from './python-script-metadata.ts'
import type { SourceTree } from './source-tree.ts'

/** Where a Python project says what it needs, read once for every provider. */
export type PythonManifest = {
  kind: 'uv-lock' | 'poetry-lock' | 'pyproject' | 'requirements' | 'script' | 'none'
  /** The file that lists the dependencies; null where the kind is `none`. */
  file: string | null
  /** Distribution names of what is needed, as PEP 503 normalises them. */
  names: Set<string>
  /** What a script's own block lists; only where the kind is `script`. */
  requirements: string[]
  requiresPython: string | null
  /** Files that an install needs, or ['.'] where it needs the source itself. */
  copy: string[]
  /** The directory of pyproject.toml; another than '.' in a workspace. */
  directory: string
  /** Directories of packages that have to be installed besides the dependencies. */
  packages: string[]
  name: string | null
  /** Console scripts: "module:function" by name. */
  scripts: Record<string, string>
  /** A dependency that uv.lock should hold and does not, so that the lock file is passed over. */
  lacking: string | null
  /** Some dependency comes from a git repository. */
  usesGit: boolean
}

/**
 * pyproject.toml (with uv.lock or poetry.lock where there is one), else requirements.txt, else the
 * block at the top of a lone script. Throws plan_failed.
 */
export function readPythonManifest(tree: SourceTree): PythonManifest {
  const project = tree.files.includes('pyproject.toml')
    ? fromPyproject(tree, parsePyproject(tree.read('pyproject.toml')))
    : null
  // A pyproject.toml is often there for a linter alone, beside the real list.
  if (project !== null && project.names.size > 0) return project
  if (tree.files.includes('requirements.txt')) return fromRequirements(tree, 'requirements.txt')
  const script = readScriptMetadata(tree)
  if (script !== null) return fromScript(script)
  if (/\b(?:fast)?mcp\b/.test(tree.read('Pipfile') ?? '')) throw pipfile()
  return project ?? noPythonManifest
}

function fromPyproject(tree: SourceTree, pyproject: Pyproject): PythonManifest {
  const { project, tool } = pyproject
  const poetry = tool?.poetry?.dependencies ?? {}
  const declared = [...(project?.dependencies ?? []), ...Object.keys(poetry)]
  const names = declared.map(requirementName).filter((name) => name !== null)
  const lacking = lackingIn(tree.read('uv.lock'), names)
  const kind = kindOf(tree, pyproject, lacking)
  if (kind === 'pyproject') refuseUnlockedPoetry(pyproject)
  const lock = { 'uv-lock': 'uv.lock', 'poetry-lock': 'poetry.lock' }[kind as string]
  const text = `${tree.read('pyproject.toml')}${lock === undefined ? '' : tree.read(lock)}`
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

/** The same out of one named requirements file. */
export function fromRequirements(tree: SourceTree, file: string): PythonManifest {
  const { names, files, local, usesGit } = readRequirements(tree, file)
  return {
    ...noPythonManifest,
    kind: 'requirements',
    file,
    names,
    copy: local ? ['.'] : files,
    usesGit,
  }
}

function fromScript({ file, dependencies, requiresPython }: ScriptMetadata): PythonManifest {
  const names = dependencies.map(requirementName).filter((name) => name !== null)
  const usesGit = dependencies.some((dependency) => dependency.includes('git+'))
  const listed = { file, names: new Set(names), requirements: dependencies }
  return { ...noPythonManifest, kind: 'script', ...listed, requiresPython, usesGit }
}

/** Of something that has none. */
export const noPythonManifest: PythonManifest = {
  kind: 'none',
  file: null,
  names: new Set(),
  requirements: [],
  requiresPython: null,
  copy: [],
  directory: '.',
  packages: [],
  name: null,
  scripts: {},
  lacking: null,
  usesGit: false,
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

function refuseUnlockedPoetry(pyproject: Pyproject): void {
  const { project, tool } = pyproject
  const inPoetry = project?.dependencies === undefined && tool?.poetry?.dependencies !== undefined
  if (!inPoetry || (isPackage(pyproject) && pyproject['build-system'] !== undefined)) return
  throw new AppError('plan_failed', 'The Poetry project has no poetry.lock and is no package.', {
    hint: 'Run `poetry lock` and commit poetry.lock.',
  })
}

function pipfile(): AppError {
  return new AppError('plan_failed', 'The dependencies are in a Pipfile, which is not read here.', {
    hint: 'Run `pipenv requirements > requirements.txt` and commit that file.',
  })
}
