import type { NodePackage } from './node-package.ts'
import { type PackageManager, pickPackageManager } from './node-package-manager.ts'
import type { BuildPlan, Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'

/** Scripts that npm runs by itself on install; they may want any file of the project. */
const lifecycle = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']

/** Compilers and bundlers that write beside the source and never into node_modules. */
const plainBuild =
  /^(?:(?:npx )?(?:tsc|tsup|esbuild|rollup|vite build|swc|rimraf|shx|rm|mkdir|cp|chmod|node|npm run [\w:-]+)(?: [^&|;]*)?(?: && |$))+$/

type Start = { command: Command; needsDevDependencies: boolean }

/** Install, build and dependency stages of a Node project. */
export function nodeInstall(
  tree: SourceTree,
  manifest: NodePackage,
  start: Start,
  buildOverride: Command | undefined,
): Pick<BuildPlan, 'install' | 'build' | 'dependencies'> & { reasons: Reason[] } {
  const manager = pickPackageManager(tree, manifest)
  const scripted = lifecycle.find((name) => manifest.scripts[name] !== undefined)
  const workspaces = manifest.workspaces !== undefined || tree.files.includes('pnpm-workspace.yaml')
  const whole = scripted !== undefined || workspaces
  const buildScript = manifest.scripts.build
  const build = buildOverride ?? (buildScript === undefined ? null : manager.build)
  const prune = start.needsDevDependencies || manager.prune === null ? [] : [manager.prune]
  const apart = !whole && (build === null || isPlain(manifest, buildOverride))
  const compile = build === null ? [] : [build]
  return {
    install: {
      copy: whole ? ['.'] : manifestFiles(tree, manager),
      run: [manager.install],
      caches: manager.caches,
    },
    build: { copy: ['.'], run: apart ? compile : [...compile, ...prune], caches: manager.caches },
    dependencies: apart ? { directory: 'node_modules', run: prune } : null,
    reasons: [
      manager.reason,
      ...(build === null
        ? []
        : [{ choice: 'Build', value: build.join(' '), because: buildReason(buildOverride) }]),
      ...(scripted === undefined
        ? []
        : [
            {
              choice: 'Install',
              value: 'with the whole source',
              because: `package.json has a ${scripted} script, which may need it`,
            },
          ]),
    ],
  }
}

function isPlain(manifest: NodePackage, buildOverride: Command | undefined): boolean {
  if (buildOverride !== undefined) return false
  const scripts = ['prebuild', 'build', 'postbuild'].map((name) => manifest.scripts[name])
  return scripts.every(
    (script) => script === undefined || (script.length < 500 && plainBuild.test(script)),
  )
}

function manifestFiles(tree: SourceTree, manager: PackageManager): string[] {
  const wanted = ['package.json', ...manager.files]
  return wanted.filter((file) => tree.files.includes(file))
}

function buildReason(buildOverride: Command | undefined): string {
  return buildOverride === undefined
    ? 'package.json has a build script'
    : 'moorage.json or the settings say so'
}
