import type { NodePackage } from './node-package.ts'
import {
  bunPackage,
  bunProgram,
  type PackageManager,
  pickPackageManager,
} from './node-package-manager.ts'
import type { NodeStart } from './node-start.ts'
import type { NodeWorkspace } from './node-workspace.ts'
import type { BuildPlan, Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'

/** Scripts that npm runs by itself on install; they may want any file of the project. */
const lifecycle = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']

/** Compilers and bundlers that write beside the source and never into node_modules. */
const plainBuild =
  /^(?:(?:npx )?(?:tsc|tsup|esbuild|rollup|vite build|swc|rimraf|shx|rm|mkdir|cp|chmod|node|bun build|npm run [\w:-]+)(?: [^&|;]*)?(?: && |$))+$/

type Project = {
  tree: SourceTree
  manifest: NodePackage
  start: NodeStart
  workspace: NodeWorkspace | null
  /** Replaces the build script. */
  build: Command | undefined
}
type Stages = Pick<BuildPlan, 'install' | 'build' | 'dependencies'> & {
  /** The start command, as it is run from the plan's root directory. */
  command: Command
  reasons: Reason[]
}

/** Install, build and dependency stages of a Node project. */
export function nodeInstall(project: Project): Stages {
  const { workspace, start } = project
  const manager = pickPackageManager(
    workspace?.tree ?? project.tree,
    workspace?.manifest ?? project.manifest,
  )
  const scripted = lifecycle.find((name) => project.manifest.scripts[name] !== undefined)
  const whole = scripted !== undefined || isWorkspace(project)
  const builds = buildCommands(project, manager)
  const prune = start.needsDevDependencies ? [] : manager.prune
  const apart = !whole && (builds.length === 0 || isPlain(project))
  const runtime = start.command[0] === 'bun' ? [installBun(project.manifest)] : []
  return {
    install: {
      copy: whole ? ['.'] : manifestFiles(project.tree, manager),
      run: [...manager.install, ...runtime],
      caches: manager.caches,
    },
    build: { copy: ['.'], run: apart ? builds : [...builds, ...prune], caches: manager.caches },
    dependencies: apart ? { directory: 'node_modules', run: prune } : null,
    command: startCommand(project),
    reasons: [
      manager.reason,
      ...builds.map((build) => ({
        choice: 'Build',
        value: build.join(' '),
        because: buildReason(project.build),
      })),
      ...installReasons(project, scripted),
    ],
  }
}

function isWorkspace({ tree, manifest, workspace }: Project): boolean {
  const here = manifest.workspaces !== undefined || tree.files.includes('pnpm-workspace.yaml')
  return workspace !== null || here
}

/** In a workspace, what the package needs is built before it. */
function buildCommands(project: Project, manager: PackageManager): Command[] {
  const { workspace, manifest, build } = project
  if (build !== undefined) return [inMember(build, workspace)]
  if (workspace === null) {
    return manifest.scripts.build === undefined ? [] : [[...manager.runScript, 'build']]
  }
  return workspace.packages
    .filter((member) => member.manifest.scripts.build !== undefined)
    .map((member) => ['env', `--chdir=${member.path}`, ...manager.runScript, 'build'])
}

function startCommand({ start, workspace }: Project): Command {
  const [program = '', ...args] = start.command
  const up = workspace === null ? '' : '../'.repeat(workspace.member.split('/').length)
  const resolved = program === 'bun' ? `${up}${bunProgram}` : program
  return inMember([resolved, ...args], workspace)
}

/** A package of a workspace finds its own files where it stands. */
function inMember(command: Command, workspace: NodeWorkspace | null): Command {
  return workspace === null ? command : ['env', `--chdir=${workspace.member}`, ...command]
}

/** npm brings its binary; on the path of a running server there is none. */
function installBun(manifest: NodePackage): Command {
  const flags = ['--prefix', '.moorage/bun', '--no-audit', '--no-fund']
  return ['npm', 'install', ...flags, bunPackage(manifest)]
}

function isPlain({ manifest, build }: Project): boolean {
  if (build !== undefined) return false
  const scripts = ['prebuild', 'build', 'postbuild'].map((name) => manifest.scripts[name])
  return scripts.every(
    (script) => script === undefined || (script.length < 500 && plainBuild.test(script)),
  )
}

function manifestFiles(tree: SourceTree, manager: PackageManager): string[] {
  const wanted = ['package.json', ...manager.files]
  return wanted.filter((file) => tree.files.includes(file))
}

function buildReason(build: Command | undefined): string {
  return build === undefined
    ? 'package.json has a build script'
    : 'it takes the place of the build script'
}

function installReasons({ workspace }: Project, scripted: string | undefined): Reason[] {
  const choice = 'Install'
  if (workspace !== null) {
    const because = 'the directory is a package of that workspace'
    return [{ choice, value: `the workspace in ${workspace.root}`, because }]
  }
  if (scripted === undefined) return []
  const because = `package.json has a ${scripted} script, which may need it`
  return [{ choice, value: 'with the whole source', because }]
}
