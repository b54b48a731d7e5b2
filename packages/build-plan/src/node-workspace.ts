import { AppError } from '@moorage/domain/error'
import { parse } from 'yaml'
import { z } from 'zod'
import { matchesMember } from './member-glob.ts'
import { type NodePackage, readNodePackage } from './node-package.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

export type NodeWorkspace = {
  /** Where its manifest and its lock file stand, relative to the repository's root. */
  root: string
  manifest: NodePackage
  tree: SourceTree
  /** The asked-for package, below the workspace's root. */
  member: string
  /** It, and before it those that it needs, in the order in which they are built. */
  packages: { path: string; manifest: NodePackage }[]
}

const maxMembers = 200
const lockFiles = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock', 'bun.lockb']
const globsSchema = z.array(z.string().max(200)).max(50)

/** The npm, pnpm, yarn or bun workspace that a directory of a repository belongs to, if any. */
export function findNodeWorkspace(repository: SourceTree, directory: string): NodeWorkspace | null {
  const hasOwnLock = lockFiles.some((file) => repository.files.includes(`${directory}/${file}`))
  if (directory === '.' || hasOwnLock) return null
  for (const root of ancestors(directory)) {
    const tree = subtree(repository, root)
    const manifest = readNodePackage(tree)
    if (manifest === null) continue
    const member = root === '.' ? directory : directory.slice(root.length + 1)
    const belongs = memberTest(tree, manifest)
    if (!belongs(member)) continue
    return { root, manifest, tree, member, packages: closure(membersOf(tree, belongs), member) }
  }
  return null
}

/** The nearest first. */
function ancestors(directory: string): string[] {
  const parts = directory.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '.']
}

function memberTest(tree: SourceTree, manifest: NodePackage): (path: string) => boolean {
  const globs = workspaceGlobs(tree, manifest)
  const within = globs.filter((glob) => !glob.startsWith('!'))
  const without = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))
  const fits = (path: string) => (glob: string) => matchesMember(path, glob)
  return (path) => within.some(fits(path)) && !without.some(fits(path))
}

function workspaceGlobs(tree: SourceTree, manifest: NodePackage): string[] {
  const listed = tree.files.includes('pnpm-workspace.yaml')
    ? readPnpmWorkspace(tree)
    : manifest.workspaces
  const shape = z.union([globsSchema, z.looseObject({ packages: globsSchema })])
  const parsed = shape.safeParse(listed ?? [])
  if (!parsed.success) return []
  return Array.isArray(parsed.data) ? parsed.data : parsed.data.packages
}

function readPnpmWorkspace(tree: SourceTree): unknown {
  try {
    const text = tree.read('pnpm-workspace.yaml') ?? ''
    if (text.length > 64 * 1024) throw new Error('too long')
    return parse(text, { maxAliasCount: 0, logLevel: 'error' })
  } catch (cause) {
    throw new AppError('plan_failed', 'pnpm-workspace.yaml is not valid YAML.', {
      hint: 'Check the file with `pnpm install` on your own machine.',
      cause,
    })
  }
}

function membersOf(
  tree: SourceTree,
  belongs: (path: string) => boolean,
): Map<string, { path: string; manifest: NodePackage }> {
  const ending = '/package.json'
  const paths = tree.files
    .filter((file) => file.endsWith(ending))
    .slice(0, 10 * maxMembers)
    .map((file) => file.slice(0, -ending.length))
    .filter(belongs)
  const found = new Map<string, { path: string; manifest: NodePackage }>()
  for (const path of paths.slice(0, maxMembers)) {
    const manifest = readNodePackage(subtree(tree, path))
    if (manifest !== null) found.set(path, { path, manifest })
  }
  return found
}

/** Dependencies before what depends on them; a circle is cut where it is met again. */
function closure(
  members: Map<string, { path: string; manifest: NodePackage }>,
  path: string,
): NodeWorkspace['packages'] {
  const byName = new Map([...members.values()].map((member) => [member.manifest.name, member]))
  const seen = new Set<string>()
  const visit = (at: string): NodeWorkspace['packages'] => {
    const member = members.get(at)
    if (member === undefined || seen.has(at)) return []
    seen.add(at)
    const names = Object.keys({
      ...member.manifest.dependencies,
      ...member.manifest.devDependencies,
    })
    const needed = names.flatMap((name) => byName.get(name)?.path ?? [])
    return [...needed.flatMap(visit), member]
  }
  return visit(path)
}
