import { matchesGlob } from 'node:path'

/**
 * Does a workspace's pattern name this directory? Plain patterns only: braces and many stars can be
 * made to take for ever, and these come out of a stranger's repository.
 */
export function matchesMember(path: string, glob: string): boolean {
  const pattern = glob.replace(/^\.\/|\/$/g, '')
  const isPlain = /^[\w@./-]*(?:\*{1,2}[\w@./-]*){0,3}$/.test(pattern)
  return isPlain && pattern.length <= 200 && matchesGlob(path, pattern)
}
