import type { SourceTree } from './source-tree.ts'

/** The part of a tree below one directory, with paths relative to it. */
export function subtree(tree: SourceTree, directory: string): SourceTree {
  if (directory === '.') return tree
  const prefix = `${directory}/`
  return {
    files: tree.files
      .filter((file) => file.startsWith(prefix))
      .map((file) => file.slice(prefix.length)),
    read: (path) => tree.read(prefix + path),
  }
}
