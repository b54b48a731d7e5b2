/**
 * A repository's files, as far as planning needs them. Paths are relative to its root, with `/`,
 * without a leading `./`. Implementations never follow a symbolic link.
 */
export type SourceTree = {
  /** Every regular file, sorted; without .git, node_modules and the like. */
  files: readonly string[]
  /** A text file's content, or null where there is none or it is over 1 MiB. */
  read(path: string): string | null
}

/** A tree out of plain data, for tests and for callers that hold the files already. */
export function sourceTreeFrom(content: Record<string, string>): SourceTree {
  return {
    files: Object.keys(content).sort(),
    read: (path) => content[path] ?? null,
  }
}
