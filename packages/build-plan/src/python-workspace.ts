import { AppError } from '@moorage/domain/error'
import { matchesMember } from './member-glob.ts'
import { type Pyproject, parsePyproject } from './python-pyproject.ts'
import { requirementName } from './python-requirements.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

export type Workspace = {
  /** Where its manifest and uv.lock stand, relative to the repository's root. */
  root: string
  /** The asked-for member, and those that it depends on, relative to the workspace's root. */
  member: string
  packages: string[]
}

const maxMembers = 200

/**
 * The uv workspace that a directory of a repository belongs to: its lock file stands further up.
 * Null where there is none. Throws plan_failed where the workspace has no lock file.
 */
export function findWorkspace(repository: SourceTree, directory: string): Workspace | null {
  if (directory === '.' || repository.files.includes(`${directory}/uv.lock`)) return null
  for (const root of ancestors(directory)) {
    const tree = subtree(repository, root)
    if (!tree.files.includes('pyproject.toml')) continue
    const { members = [], exclude = [] } =
      parsePyproject(tree.read('pyproject.toml')).tool?.uv?.workspace ?? {}
    const member = root === '.' ? directory : directory.slice(root.length + 1)
    const fits = (path: string) => (glob: string) => matchesMember(path, glob)
    const belongs = (path: string) => members.some(fits(path)) && !exclude.some(fits(path))
    if (!belongs(member)) continue
    if (!tree.files.includes('uv.lock')) throw unlocked(root)
    return { root, member, packages: closure(tree, member, belongs) }
  }
  return null
}

/** The nearest first. */
function ancestors(directory: string): string[] {
  const parts = directory.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '.']
}

/** A member and every other that it needs, found by name. */
function closure(tree: SourceTree, member: string, belongs: (path: string) => boolean): string[] {
  const manifests = membersOf(tree, belongs)
  const byName = new Map(
    [...manifests].map(([path, { project }]) => [requirementName(project?.name ?? ''), path]),
  )
  const found = [member]
  for (const path of found) {
    for (const requirement of manifests.get(path)?.project?.dependencies ?? []) {
      const next = byName.get(requirementName(requirement))
      if (next !== undefined && !found.includes(next)) found.push(next)
    }
  }
  return found.filter((path) => manifests.get(path)?.['build-system'] !== undefined)
}

function membersOf(tree: SourceTree, belongs: (path: string) => boolean): Map<string, Pyproject> {
  const ending = '/pyproject.toml'
  const files = tree.files.filter((file) => file.endsWith(ending)).slice(0, 10 * maxMembers)
  const paths = files.map((file) => file.slice(0, -ending.length)).filter(belongs)
  return new Map(
    paths.slice(0, maxMembers).map((path) => [path, parsePyproject(tree.read(path + ending))]),
  )
}

function unlocked(root: string): AppError {
  const where = root === '.' ? 'the repository’s root' : root
  return new AppError('plan_failed', `The uv workspace in ${where} has no uv.lock.`, {
    hint: 'Run `uv lock` there and commit uv.lock.',
  })
}
