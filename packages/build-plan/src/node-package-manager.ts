import type { NodePackage } from './node-package.ts'
import type { Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'

export type PackageManager = {
  /** Files besides package.json that an install reads. */
  files: string[]
  install: Command[]
  /** Before the name of a script. */
  runScript: Command
  /** Takes the development dependencies away. */
  prune: Command[]
  caches: string[]
  reason: Reason
}

/** Where `bun` is kept for a server that runs on it. */
export const bunProgram = '.moorage/bun/node_modules/.bin/bun'
/** Used where the project pins none. */
const bunVersion = '1'

const keepNothing = '--config.modules-cache-max-age=0'

/** The lock file decides; npm where there is none. */
export function pickPackageManager(tree: SourceTree, manifest: NodePackage): PackageManager {
  const has = (file: string) => tree.files.includes(file)
  if (has('pnpm-lock.yaml')) return pnpm(tree, manifest)
  if (has('yarn.lock')) return yarn(tree, manifest)
  if (has('bun.lock') || has('bun.lockb')) return bun(manifest)
  return npm(['package-lock.json', 'npm-shrinkwrap.json'].find(has) ?? null)
}

function npm(lock: string | null): PackageManager {
  const because =
    lock === null
      ? 'there is no lock file; add one to get the same versions each time'
      : `${lock} pins every dependency`
  const quiet = ['--no-audit', '--no-fund']
  return {
    files: ['package-lock.json', 'npm-shrinkwrap.json', '.npmrc'],
    // Without --include=dev a NODE_ENV=production from anywhere would leave the compiler out.
    install: [['npm', lock === null ? 'install' : 'ci', '--include=dev', ...quiet]],
    runScript: ['npm', 'run'],
    prune: [['npm', 'prune', '--omit=dev', '--ignore-scripts', ...quiet]],
    caches: ['.npm'],
    reason: { choice: 'Dependencies', value: lock === null ? 'npm install' : 'npm ci', because },
  }
}

function pnpm(tree: SourceTree, manifest: NodePackage): PackageManager {
  const command = `pnpm@${pinned(manifest, 'pnpm') ?? pnpmFor(tree)}`
  const run = ['env', 'CI=true', 'npx', '--yes', command]
  return {
    files: ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', '.pnpmfile.cjs'],
    install: [[...run, 'install', '--frozen-lockfile', '--prod=false']],
    runScript: ['npm', 'run'],
    // `pnpm prune` knows only the root of a workspace; a second install knows all of it. What it
    // unlinks it would keep for a week.
    prune: [[...run, 'install', '--frozen-lockfile', '--prod', '--ignore-scripts', keepNothing]],
    caches: ['.npm', '.local/share/pnpm/store'],
    reason: { choice: 'Dependencies', value: command, because: 'pnpm-lock.yaml is there' },
  }
}

function yarn(tree: SourceTree, manifest: NodePackage): PackageManager {
  const modern = (tree.read('yarn.lock') ?? '').includes('__metadata:')
  const version = pinned(manifest, 'yarn') ?? (modern ? '4' : '1')
  const command = modern ? `@yarnpkg/cli-dist@${version}` : `yarn@${version}`
  // Plug'n'Play needs its loader at start; plain node_modules start like any other project.
  const run = ['env', 'YARN_NODE_LINKER=node-modules', 'npx', '--yes', command]
  // Yarn 2 and 3 have it only as a plugin; there the development dependencies stay.
  const focus = /^[23]\./.test(version)
    ? []
    : [[...run, 'workspaces', 'focus', '--all', '--production']]
  return {
    files: ['yarn.lock', '.yarnrc.yml', '.yarnrc', '.npmrc'],
    install: [[...run, 'install', modern ? '--immutable' : '--frozen-lockfile']],
    runScript: ['npm', 'run'],
    prune: modern
      ? focus
      : [[...run, 'install', '--production', '--frozen-lockfile', '--ignore-scripts']],
    caches: ['.npm', modern ? '.yarn/berry/cache' : '.cache/yarn'],
    reason: { choice: 'Dependencies', value: command, because: 'yarn.lock is there' },
  }
}

function bun(manifest: NodePackage): PackageManager {
  const command = bunPackage(manifest)
  const run = ['npx', '--yes', command]
  const install = [...run, 'install', '--frozen-lockfile']
  return {
    files: ['bun.lock', 'bun.lockb', 'bunfig.toml', '.npmrc'],
    install: [install],
    // Its scripts may call bun, which nothing but bun itself knows the way to.
    runScript: [...run, 'run'],
    // bun takes nothing away from what is installed already.
    prune: [
      ['rm', '-rf', 'node_modules'],
      [...install, '--production', '--ignore-scripts'],
    ],
    caches: ['.npm', '.bun/install/cache'],
    reason: { choice: 'Dependencies', value: command, because: 'bun.lock is there' },
  }
}

/** What npm installs for `bun`, as the project pins it. */
export function bunPackage(manifest: NodePackage): string {
  return `bun@${pinned(manifest, 'bun') ?? bunVersion}`
}

/** The version that package.json's packageManager field pins, without its hash. */
function pinned(manifest: NodePackage, name: string): string | null {
  const match = /^([a-z]+)@(\d{1,3}\.\d{1,3}\.\d{1,3})(?:\+|$)/.exec(manifest.packageManager ?? '')
  return match?.[1] === name ? (match[2] ?? null) : null
}

/** A release that reads this lock file's format. */
function pnpmFor(tree: SourceTree): string {
  const format = /^lockfileVersion: ['"]?(\d+)/.exec(tree.read('pnpm-lock.yaml') ?? '')?.[1]
  if (format === '5') return '7'
  return format === '6' ? '8' : '10'
}
