import { AppError } from '@moorage/domain/error'
import { matchesMember } from './member-glob.ts'
import { parsePyproject } from './python-pyproject.ts'
import type { SourceTree } from './source-tree.ts'
import { subtree } from './subtree.ts'

export type Workspace = {
  /** Where its manifest and uv.lock stand, relative to the repository's root. */
  root: string
  /** The asked-for member, relative to the workspace's root. */
  member: string
}

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
    return { root, member }
  }
  return null
}

/** The nearest first. */
function ancestors(directory: string): string[] {
  const parts = directory.split('/').slice(0, -1)
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '.']
}

function unlocked(root: string): AppError {
  const where = root === '.' ? 'the repository’s root' : root
  return new AppError('plan_failed', `The uv workspace in ${where} has no uv.lock.`, {
    hint: 'Run `uv lock` there and commit uv.lock.',
  })
}
