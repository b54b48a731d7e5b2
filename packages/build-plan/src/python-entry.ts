import { type Source, scanSources } from './scan-sources.ts'
import type { SourceTree } from './source-tree.ts'

export type PythonEntry = {
  path: string
  object: string
  /** Which package the object's class comes from. */
  library: 'fastmcp' | 'mcp'
  /** Calls `.run(…)` as it is imported, so importing it would never come back. */
  runsOnImport: boolean
  /** Imports its neighbours by `from .x import`, so it only loads as part of its package. */
  relativeImports: boolean
  /** Its tools are added by a function that is only called when the file is run. */
  registersLate: boolean
  /** Other files that would have done, for the reason row. */
  others: string[]
}

const objectPattern =
  /^([A-Za-z_]\w{0,80})[ \t]*(?::[^=\n]{1,80})?=[ \t]*(?:\w{1,40}\.){0,4}(?:FastMCP|MCPServer)\b/gm
const factoryPattern =
  /^(?:async )?def ([A-Za-z_]\w{0,80})\(\)[ \t]*->[ \t]*["']?(?:\w{1,40}\.){0,4}(?:FastMCP|MCPServer)\b/gm

const objectNames = ['mcp', 'server', 'app']
const fileNames = ['server.py', 'main.py', 'app.py', 'mcp_server.py', '__main__.py', '__init__.py']

type Candidate = { source: Source; objects: string[] }

/** The file and the object of a FastMCP (or MCPServer) server, found without running anything. */
export function findPythonEntry(
  tree: SourceTree,
  scripts: readonly string[] = [],
): PythonEntry | null {
  const sources = scanSources(tree, ['.py'])
  const makers = sources
    .map((source) => ({ source, objects: objectsIn(source.text) }))
    .filter((candidate) => candidate.objects.length > 0)
  const candidates = [...makers, ...runnersOf(makers, sources)]
  const rank = rankBy(scripts)
  const [best, ...rest] = candidates.sort((a, b) => rank(a) - rank(b))
  if (best === undefined) return null
  const object = objectNames.find((name) => best.objects.includes(name)) ?? best.objects[0]
  if (object === undefined) return null
  return describe(best.source, object, { library: libraryOf(makers, object), rest })
}

/** Files that run an object of another file: their imports are what gives it its tools. */
function runnersOf(makers: Candidate[], sources: Source[]): Candidate[] {
  const names = [...new Set(makers.flatMap((maker) => maker.objects))].slice(0, 50)
  const others = sources.filter((source) => makers.every((maker) => maker.source !== source))
  return others
    .map((source) => ({ source, objects: names.filter((name) => runsImported(name, source.text)) }))
    .filter((candidate) => candidate.objects.length > 0)
}

function runsImported(name: string, text: string): boolean {
  const imported = new RegExp(
    `^from [\\w.]{1,200} import (?:\\([^)]{0,500}|[^\\n(]{0,500})\\b${name}\\b(?! as)`,
    'm',
  )
  return text.includes(`${name}.run`) && imported.test(text)
}

function libraryOf(makers: Candidate[], object: string): PythonEntry['library'] {
  const maker = makers.find(({ objects }) => objects.includes(object))
  return /^\s*(?:from|import) fastmcp\b/m.test(maker?.source.text ?? '') ? 'fastmcp' : 'mcp'
}

function objectsIn(text: string): string[] {
  const names = [...text.matchAll(objectPattern), ...text.matchAll(factoryPattern)]
  return names.map((match) => match[1]).filter((name) => name !== undefined)
}

/** Lower is better. A composing server beats its parts, and one that can be run beats a library. */
function rankBy(scripts: readonly string[]): (candidate: Candidate) => number {
  const named = scripts.map((script) => script.split(':')[0]?.replaceAll('.', '/'))
  return ({ source, objects }) => {
    const fileName = source.path.slice(source.path.lastIndexOf('/') + 1)
    const nameRank = fileNames.indexOf(fileName)
    const module = source.path.replace(/^src\//, '').replace(/(?:\/__init__)?\.py$/, '')
    return (
      (named.includes(module) ? 0 : 1000) +
      (/\.(?:mount|import_server)\(/.test(source.text) ? 0 : 400) +
      (/\.run(?:_async)?\(/.test(source.text) ? 0 : 200) +
      source.path.split('/').length * 10 +
      (nameRank < 0 ? fileNames.length : nameRank) +
      (objects.some((name) => objectNames.includes(name)) ? 0 : 5)
    )
  }
}

function describe(
  source: Source,
  object: string,
  known: { library: PythonEntry['library']; rest: Candidate[] },
): PythonEntry {
  const { text } = source
  return {
    path: source.path,
    object,
    library: known.library,
    runsOnImport: new RegExp(`^(?:asyncio\\.run\\()?${object}\\.run\\w*\\(`, 'm').test(text),
    relativeImports: /^[ \t]*from \.+\w* ?import\b|^[ \t]*from \.+\w/m.test(text),
    registersLate: registersLate(text, object),
    others: known.rest.map((candidate) => candidate.source.path),
  }
}

function registersLate(text: string, object: string): boolean {
  const adds = `(?:@?${object}\\.(?:tool|resource|prompt|add_\\w{1,40}|mount|import_server)\\b|(?:\\w{1,40}\\.)?(?!load_dotenv|\\w{0,20}logg)(?:register|setup|add|load)_\\w{0,40}\\()`
  return !new RegExp(`^${adds}`, 'm').test(text) && new RegExp(`^[ \\t]+${adds}`, 'm').test(text)
}
