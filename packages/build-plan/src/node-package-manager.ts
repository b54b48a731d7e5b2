import type { NodePackage } from './node-package.ts'
import type { Command, Reason } from './plan.ts'
import type { SourceTree } from './source-tree.ts'

export type PackageManager = {
  /** Files besides package.json that an install reads. */
  files: string[]
  install: Command
  build: Command
  /** Takes the development dependencies away; null where the manager has no such command. */
  prune: Command | null
  caches: string[]
  reason: Reason
}

/** The lock file decides; npm where there is none. */
export function pickPackageManager(tree: SourceTree, manifest: NodePackage): PackageManager {
  const has = (file: string) => tree.files.includes(file)
  if (has('pnpm-lock.yaml')) return pnpm(tree, manifest)
  if (has('yarn.lock')) return yarn(tree, manifest)
  const lock = ['package-lock.json', 'npm-shrinkwrap.json'].find(has)
  return npm(lock ?? null, has('bun.lock') || has('bun.lockb'))
}

function npm(lock: string | null, bun: boolean): PackageManager {
  const because =
    lock === null
      ? `there is no ${bun ? 'lock file that npm reads' : 'lock file'}; add one to get the same versions each time`
      : `${lock} pins every dependency`
  return {
    files: ['package-lock.json', 'npm-shrinkwrap.json', '.npmrc'],
    // Without --include=dev a NODE_ENV=production from anywhere would leave the compiler out.
    install: ['npm', lock === null ? 'install' : 'ci', '--include=dev', '--no-audit', '--no-fund'],
    build: ['npm', 'run', 'build'],
    prune: ['npm', 'prune', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'],
    caches: ['.npm'],
    reason: { choice: 'Dependencies', value: lock === null ? 'npm install' : 'npm ci', because },
  }
}

function pnpm(tree: SourceTree, manifest: NodePackage): PackageManager {
  const command = `pnpm@${pinned(manifest, 'pnpm') ?? pnpmFor(tree)}`
  const run = ['env', 'CI=true', 'npx', '--yes', command]
  return {
    files: ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', '.pnpmfile.cjs'],
    install: [...run, 'install', '--frozen-lockfile', '--prod=false'],
    build: ['npm', 'run', 'build'],
    prune: [...run, 'prune', '--prod', '--ignore-scripts'],
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
  return {
    files: ['yarn.lock', '.yarnrc.yml', '.yarnrc', '.npmrc'],
    install: [...run, 'install', modern ? '--immutable' : '--frozen-lockfile'],
    build: ['npm', 'run', 'build'],
    prune: modern
      ? null
      : [...run, 'install', '--production', '--frozen-lockfile', '--ignore-scripts'],
    caches: ['.npm', modern ? '.yarn/berry/cache' : '.cache/yarn'],
    reason: { choice: 'Dependencies', value: command, because: 'yarn.lock is there' },
  }
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
