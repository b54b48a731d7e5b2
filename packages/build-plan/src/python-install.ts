import type { BuildPlan, Command } from './plan.ts'
import type { PythonManifest } from './python-manifest.ts'

/**
 * The installers, pinned: each is put into a virtual environment of its own, because plain base
 * images have none, and taken away again before anything is started.
 */
const uvVersion = '0.13.9'
const uvDirectory = '.moorage/uv'
const uv = `${uvDirectory}/bin/uv`
const poetryPins = ['poetry==2.5.1', 'poetry-plugin-export==1.10.1']
const poetryDirectory = '.moorage/poetry'
const exported = '.moorage/requirements.txt'

/** What a build of a package asks git for, and there is no history where it is built. */
const unversioned = [
  'SETUPTOOLS_SCM_PRETEND_VERSION',
  'UV_DYNAMIC_VERSIONING_BYPASS',
  'POETRY_DYNAMIC_VERSIONING_BYPASS',
  'PDM_BUILD_SCM_VERSION',
  'PBR_VERSION',
].map((name) => `${name}=0.0.0`)

/** Where a project that is itself a package goes, beside the dependencies that never change with it. */
const siteDirectory = '.moorage/site'

/** Copied, because a cache mount is another file system and a shared inode could be written to. */
const installFlags = ['--no-progress', '--link-mode', 'copy', '--compile-bytecode']

export type PythonStages = Pick<
  BuildPlan,
  'install' | 'build' | 'dependencies' | 'buildPackages'
> & { pythonPath: string }

/** What to install besides what the manifest says, and what to run after it. */
type PythonExtras = {
  requirements?: readonly string[]
  /** Directories of the repository that are installed in place. */
  editable?: readonly string[]
  build?: Command | undefined
}

/** Install, build and dependency stages of a Python project; uv reads pip's own requirement files. */
export function pythonInstall(manifest: PythonManifest, extras: PythonExtras): PythonStages {
  const { requirements = [], editable = [] } = extras
  const named = [...editable.flatMap((path) => ['-e', `./${path}`]), ...dashed(requirements)]
  const copy = editable.length > 0 ? ['.'] : manifest.copy
  const caches = ['.cache/uv', '.cache/pip']
  const install: Command[] = [
    ['python3', '-m', 'venv', uvDirectory],
    [`${uvDirectory}/bin/python`, '-m', 'pip', 'install', '--quiet', `uv==${uvVersion}`],
    // Not by uv: under Python 3.10 its environment would hang on the installer's, which goes away.
    ['python3', '-m', 'venv', '--without-pip', '.venv'],
    ...installDependencies(manifest),
    ...(named.length > 0 ? [pipInstall(named)] : []),
  ]
  const needsSource = copy.includes('.')
  const drop = [['rm', '-rf', uvDirectory]]
  const compile = [
    ...installPackages(manifest),
    ...(extras.build === undefined ? [] : [extras.build]),
  ]
  const build = needsSource || compile.length > 0 ? [...compile, ...drop] : []
  const usesGit = manifest.usesGit || requirements.some((name) => name.includes('git+'))
  return {
    install: { copy, run: install, caches },
    build: { copy: ['.'], run: build, caches },
    dependencies: needsSource ? null : { directory: '.venv', run: drop },
    ...(usesGit ? { buildPackages: ['git'] } : {}),
    pythonPath: pythonPath(manifest),
  }
}

function dashed(requirements: readonly string[]): string[] {
  return requirements.length > 0 ? ['--', ...requirements] : []
}

function installDependencies(manifest: PythonManifest): Command[] {
  const { directory, kind } = manifest
  switch (kind) {
    case 'uv-lock':
      return [syncLocked(manifest)]
    case 'poetry-lock':
      return exportByPoetry()
    case 'pyproject':
      return [pipInstall(['-r', below(directory, 'pyproject.toml')])]
    case 'requirements':
      return [pipInstall(['-r', manifest.file ?? 'requirements.txt'])]
    case 'script':
      return manifest.requirements.length > 0 ? [pipInstall(dashed(manifest.requirements))] : []
    case 'none':
      return []
  }
}

function syncLocked({ directory, isMember, name }: PythonManifest): Command {
  // Without --python, a .python-version beside it would have uv make the environment anew.
  const into = ['--python', '.venv/bin/python', '--no-python-downloads', ...installFlags]
  const flags = ['--frozen', '--no-dev', ...into]
  if (isMember) return [uv, 'sync', '--package', name ?? '', '--no-install-local', ...flags]
  if (directory === '.') return [uv, 'sync', '--no-install-project', ...flags]
  // Left to itself, uv looks for the environment beside the project's own lock file.
  const active = ['--active', '--project', directory, '--no-install-workspace']
  return ['env', 'VIRTUAL_ENV=.venv', uv, 'sync', ...active, ...flags]
}

/** Poetry knows its lock file best, and uv fills the environment, as it does for every project. */
function exportByPoetry(): Command[] {
  const poetry = `${poetryDirectory}/bin/poetry`
  return [
    ['python3', '-m', 'venv', '--without-pip', poetryDirectory],
    [uv, 'pip', 'install', '--quiet', '--python', `${poetryDirectory}/bin/python`, ...poetryPins],
    [poetry, 'export', '--no-interaction', '--output', exported],
    pipInstall(['-r', exported]),
    ['rm', '-rf', poetryDirectory, exported],
  ]
}

function pipInstall(what: string[]): Command {
  return [uv, 'pip', 'install', '--python', '.venv/bin/python', ...installFlags, ...what]
}

/** What the source itself holds, so that a changed line of it installs nothing else again. */
function installPackages({ packages, isMember, name }: PythonManifest): Command[] {
  if (!isMember && packages.length === 0) return []
  const flags = ['--no-deps', '--target', siteDirectory]
  const install = (what: string[]) => ['env', ...unversioned, ...pipInstall([...flags, ...what])]
  const paths = packages.map((directory) => (directory === '.' ? '.' : `./${directory}`))
  if (!isMember) return [install(paths)]
  const plain = ['--no-editable', '--no-hashes', '--no-header', '--no-annotate']
  const named = ['--frozen', '--no-dev', '--package', name ?? '', '--output-file', exported]
  return [
    [uv, 'export', '--quiet', '--no-python-downloads', ...plain, ...named],
    ['.venv/bin/python', '-c', keepLocal, exported],
    install(['-r', exported]),
  ]
}

/** Of what a member needs, the members: uv writes them as paths. */
const keepLocal = `
import pathlib, sys
file = pathlib.Path(sys.argv[1])
lines = [line for line in file.read_text().splitlines() if line.startswith(".")]
file.write_text("\\n".join(lines))
`.trimStart()

function pythonPath({ directory, packages, isMember }: PythonManifest): string {
  const own = packages.includes(directory) ? [] : [below(directory, 'src')]
  const hasSite = isMember || packages.length > 0
  return [...(hasSite ? [siteDirectory] : []), ...own, directory].join(':')
}

function below(directory: string, path: string): string {
  return directory === '.' ? path : `${directory}/${path}`
}
