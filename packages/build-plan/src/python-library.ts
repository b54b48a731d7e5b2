import { satisfies } from '@renovatebot/pep440'
import type { PythonManifest } from './python-manifest.ts'
import type { SourceTree } from './source-tree.ts'

/** By preference: fastmcp brings mcp along. With the release from which each serves streamable HTTP. */
const libraries = { fastmcp: '2.3', 'fastmcp-slim': '4', mcp: '1.8' } as const

export type PythonLibrary = {
  name: keyof typeof libraries
  /** Its locked or pinned release is from before streamable HTTP (2025-03-26): it has stdio and SSE. */
  predatesHttp: boolean
}

/** The MCP library that a project names among its dependencies, or null. */
export function findPythonLibrary(
  tree: SourceTree,
  manifest: PythonManifest,
): PythonLibrary | null {
  const names = Object.keys(libraries) as (keyof typeof libraries)[]
  const name = names.find((candidate) => manifest.names.has(candidate))
  if (name === undefined) return null
  const version = pinnedVersion(tree.read(manifest.file ?? '') ?? '', name)
  return { name, predatesHttp: version !== null && satisfies(version, `<${libraries[name]}`) }
}

/** By uv.lock and poetry.lock (`name = …`, `version = …`), or by `name==version`. */
function pinnedVersion(text: string, name: string): string | null {
  const locked = new RegExp(`^name = "${name}"\\r?\\nversion = "(\\d[\\d.]{0,20})"`, 'm')
  const pinned = new RegExp(
    `(?:^|["'])${name}(?:\\[[\\w, -]{0,50}\\])? ?== ?(\\d[\\d.]{0,20})`,
    'm',
  )
  return (locked.exec(text) ?? pinned.exec(text))?.[1] ?? null
}
