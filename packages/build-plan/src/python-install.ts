import type { BuildPlan, Command } from './plan.ts'
import type { PythonManifest } from './python-manifest.ts'

/**
 * The installer, pinned: it is put into a virtual environment of its own, because plain base
 * images have none, and taken away again before anything is started.
 */
const uvVersion = '0.13.9'
const uvDirectory = '.moorage/uv'
const uv = `${uvDirectory}/bin/uv`

/** Where a project that is itself a package goes, beside the dependencies that never change with it. */
const siteDirectory = '.moorage/site'

/** Copied, because a cache mount is another file system and a shared inode could be written to. */
const installFlags = ['--no-progress', '--link-mode', 'copy', '--compile-bytecode']

/** Install, build and dependency stages of a Python project; uv reads pip's own requirement files. */
export function pythonInstall(
  manifest: PythonManifest,
  extra: { requirements?: readonly string[]; build?: Command | undefined },
): Pick<BuildPlan, 'install' | 'build' | 'dependencies'> & { pythonPath: string } {
  const requirements = extra.requirements ?? []
  const caches = ['.cache/uv', '.cache/pip']
  const needsSource = manifest.copy.includes('.')
  const install: Command[] = [
    ['python3', '-m', 'venv', uvDirectory],
    [`${uvDirectory}/bin/python`, '-m', 'pip', 'install', '--quiet', `uv==${uvVersion}`],
    [uv, 'venv', '--quiet', '--python', `${uvDirectory}/bin/python`, '.venv'],
    ...installDependencies(manifest),
    ...(requirements.length > 0 ? [pipInstall(['--', ...requirements])] : []),
  ]
  const drop = [['rm', '-rf', uvDirectory]]
  const compile = [
    ...(manifest.isPackage ? [installProject()] : []),
    ...(extra.build === undefined ? [] : [extra.build]),
  ]
  const build = needsSource || compile.length > 0 ? [...compile, ...drop] : []
  return {
    install: { copy: manifest.copy, run: install, caches },
    build: { copy: ['.'], run: build, caches },
    dependencies: needsSource ? null : { directory: '.venv', run: drop },
    pythonPath: [...(manifest.isPackage ? [siteDirectory] : ['src']), '.'].join(':'),
  }
}

function installDependencies(manifest: PythonManifest): Command[] {
  switch (manifest.kind) {
    case 'uv-lock':
      return [
        [
          uv,
          'sync',
          '--frozen',
          '--no-dev',
          '--no-install-project',
          '--no-python-downloads',
          ...installFlags,
        ],
      ]
    case 'pyproject':
      return [pipInstall(['-r', 'pyproject.toml'])]
    case 'requirements':
      return [pipInstall(['-r', manifest.file ?? 'requirements.txt'])]
    case 'none':
      return []
  }
}

function pipInstall(what: string[]): Command {
  return [uv, 'pip', 'install', '--python', '.venv/bin/python', ...installFlags, ...what]
}

function installProject(): Command {
  return pipInstall(['--no-deps', '--target', siteDirectory, '.'])
}
