import type { SourceTree } from './source-tree.ts'

const manifests =
  /(?:^|\/)(?:moorage\.json|fastmcp\.json|smithery\.ya?ml|alpic\.json|Dockerfile|pyproject\.toml|requirements\.txt|package\.json|go\.mod|Cargo\.toml)$/
const asides =
  /(?:^|\/)(?:tests?|__tests__|examples?|docs?|fixtures|benchmarks?|templates?)(?:\/|$)/

/**
 * The directories that could each hold a server, by their manifests: the nearest to the root first,
 * and what looks like an example or a test after all others.
 */
export function manifestDirectories(tree: SourceTree): string[] {
  const directories = new Set(
    tree.files
      .filter((file) => manifests.test(file))
      .map((file) => (file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.')),
  )
  const rank = (directory: string) =>
    (asides.test(directory) ? 1000 : 0) + (directory === '.' ? 0 : directory.split('/').length)
  return [...directories].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
