import type { SourceTree } from './source-tree.ts'

const maxFiles = 3000
const maxTotalLength = 24 * 1024 * 1024

const asides = /(^|\/)(tests?|__tests__|examples?|docs?|benchmarks?|scripts|fixtures)\//
const testFiles =
  /(^|\/)(conftest|test_[^/]*|[^/]*_test)\.py$|\.(test|spec)\.[cm]?[jt]sx?$|\.d\.[cm]?ts$/

export type Source = { path: string; text: string }

/**
 * The source files with one of these endings, the nearest to the root first. Tests, examples and
 * docs come only where there is nothing else: a repository may be nothing but an example.
 */
export function scanSources(tree: SourceTree, endings: readonly string[]): Source[] {
  const all = tree.files.filter((file) => endings.some((ending) => file.endsWith(ending)))
  const main = all.filter((file) => !asides.test(file) && !testFiles.test(file))
  const chosen = main.length > 0 ? main : all
  const byDepth = [...chosen].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
  const sources: Source[] = []
  let total = 0
  for (const path of byDepth.slice(0, maxFiles)) {
    const text = tree.read(path)
    if (text === null) continue
    total += text.length
    if (total > maxTotalLength) break
    sources.push({ path, text })
  }
  return sources
}

function depth(path: string): number {
  return path.split('/').length
}
