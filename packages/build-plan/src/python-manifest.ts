import { AppError } from '@moorage/domain/error'
import { parse } from 'smol-toml'
import { z } from 'zod'
import { readRequirements, requirementName } from './python-requirements.ts'
import type { SourceTree } from './source-tree.ts'

/** Where a Python project says what it needs, read once for every provider. */
export type PythonManifest = {
  kind: 'uv-lock' | 'pyproject' | 'requirements' | 'none'
  /** The file that lists the dependencies; null where the kind is `none`. */
  file: string | null
  names: Set<string>
  requiresPython: string | null
  /** Files that an install needs, or ['.'] where it needs the source itself. */
  copy: string[]
  /** The project itself is a package that has to be installed besides its dependencies. */
  isPackage: boolean
  /** Console scripts, as "module:function". */
  scripts: string[]
}

const pyprojectSchema = z.looseObject({
  project: z
    .looseObject({
      dependencies: z.array(z.string()).optional(),
      dynamic: z.array(z.string()).optional(),
      'requires-python': z.string().optional(),
      scripts: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  'build-system': z.looseObject({}).optional(),
  tool: z
    .looseObject({
      poetry: z
        .looseObject({ dependencies: z.record(z.string(), z.unknown()).optional() })
        .optional(),
      uv: z
        .looseObject({
          package: z.boolean().optional(),
          workspace: z.unknown().optional(),
          sources: z.record(z.string(), z.unknown()).optional(),
        })
        .optional(),
    })
    .optional(),
})
type Pyproject = z.infer<typeof pyprojectSchema>

/** pyproject.toml (with uv.lock where there is one), else requirements.txt. Throws plan_failed. */
export function readPythonManifest(tree: SourceTree): PythonManifest {
  if (tree.files.includes('pyproject.toml')) {
    const manifest = fromPyproject(tree, parsePyproject(tree.read('pyproject.toml')))
    // A pyproject.toml is often there for a linter alone, beside the real requirements.txt.
    if (manifest.names.size > 0 || !tree.files.includes('requirements.txt')) return manifest
  }
  if (tree.files.includes('requirements.txt')) return fromRequirements(tree, 'requirements.txt')
  return nothing()
}

function fromPyproject(tree: SourceTree, pyproject: Pyproject): PythonManifest {
  const { project, tool } = pyproject
  const poetry = tool?.poetry?.dependencies ?? {}
  const declared = [...(project?.dependencies ?? []), ...Object.keys(poetry)]
  const python = poetry.python
  const locked = tree.files.includes('uv.lock')
  const needsSource =
    (project?.dynamic?.includes('dependencies') ?? false) ||
    project === undefined ||
    tool?.uv?.workspace !== undefined ||
    JSON.stringify(tool?.uv?.sources ?? {}).includes('"path"')
  return {
    kind: locked ? 'uv-lock' : 'pyproject',
    file: locked ? 'uv.lock' : 'pyproject.toml',
    names: new Set(declared.map(requirementName).filter((name) => name !== null)),
    requiresPython:
      project?.['requires-python'] ?? (typeof python === 'string' ? poetryRange(python) : null),
    copy: needsSource ? ['.'] : locked ? ['pyproject.toml', 'uv.lock'] : ['pyproject.toml'],
    isPackage: tool?.uv?.package ?? pyproject['build-system'] !== undefined,
    scripts: Object.values(project?.scripts ?? {}),
  }
}

/** The same out of one named requirements file. */
export function fromRequirements(tree: SourceTree, file: string): PythonManifest {
  const { names, files, local } = readRequirements(tree, file)
  return { ...nothing(), kind: 'requirements', file, names, copy: local ? ['.'] : files }
}

function nothing(): PythonManifest {
  return {
    kind: 'none',
    file: null,
    names: new Set(),
    requiresPython: null,
    copy: [],
    isPackage: false,
    scripts: [],
  }
}

/** Poetry's `^3.11` is PEP 440's `>=3.11,<4`. */
function poetryRange(range: string): string {
  return range.replace(/\^(\d+(?:\.\d+)*)/g, '>=$1,<4')
}

function parsePyproject(text: string | null): Pyproject {
  try {
    if (text === null) throw new Error('over 1 MiB')
    return pyprojectSchema.parse(parse(text))
  } catch (cause) {
    throw new AppError('plan_failed', 'pyproject.toml cannot be read: it is not valid.', {
      hint: 'Check the file with `uv lock` or `pip install .` on your own machine.',
      cause,
    })
  }
}
