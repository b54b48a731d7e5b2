import type { BuildPlan, Command, Reason } from './plan.ts'
import type { PythonManifest } from './python-manifest.ts'
import { requirementName } from './python-requirements.ts'
import { findPythonTransport } from './python-transport.ts'
import { type Source, scanSources } from './scan-sources.ts'
import type { SourceTree } from './source-tree.ts'

/** A server that is started by running it, as its author does, and what it speaks then. */
export type PythonProgram = {
  command: Command
  port: number | null
  transport: BuildPlan['transport']
  reason: Reason
}

const python = ['.venv/bin/python', '-u']
const usesMcp = /^[ \t]*(?:from|import) (?:mcp|fastmcp)\b/m
const runsItself =
  /^if __name__ ?== ?["']__main__["']|^(?:asyncio\.run|anyio\.run|\w{1,40}\.run)\(/m
const fileNames = ['server.py', 'main.py', 'app.py', 'mcp_server.py']

/** A console script of the project's own, else its `__main__.py`, else a file that runs itself. */
export function findPythonProgram(
  tree: SourceTree,
  manifest: PythonManifest,
): PythonProgram | null {
  const sources = scanSources(tree, ['.py'])
  if (!sources.some(({ text }) => usesMcp.test(text))) return null
  const started =
    fromScripts(manifest) ?? fromMain(sources, manifest) ?? fromFile(sources, manifest)
  return started === null ? null : { ...started, ...findPythonTransport(sources) }
}

type Started = Pick<PythonProgram, 'command' | 'reason'>

function fromScripts({ packages, directory, scripts, name }: PythonManifest): Started | null {
  if (!packages.includes(directory)) return null
  const usable = Object.keys(scripts).filter((script) => /^[A-Za-z0-9][\w.-]{0,99}$/.test(script))
  const own = requirementName(name ?? '')
  const rank = (script: string) =>
    requirementName(script) === own ? 0 : /mcp/i.test(script) ? 1 : /server/i.test(script) ? 2 : 3
  const [best, ...others] = usable.sort((a, b) => rank(a) - rank(b))
  if (best === undefined) return null
  return {
    command: ['.venv/bin/python', '-u', `.moorage/site/bin/${best}`],
    reason: entry(best, 'it is a console script of pyproject.toml', others),
  }
}

function fromMain(sources: Source[], { directory }: PythonManifest): Started | null {
  const main = sources.find(({ path }) => /(?:^|\/)\w+\/__main__\.py$/.test(path))
  if (main === undefined || directory !== '.') return null
  const module = main.path
    .replace(/^src\//, '')
    .replace('/__main__.py', '')
    .replaceAll('/', '.')
  const because = `${main.path} runs the package`
  return { command: [...python, '-m', module], reason: entry(module, because, []) }
}

function fromFile(sources: Source[], { directory }: PythonManifest): Started | null {
  const files = sources.filter(({ text }) => usesMcp.test(text) && runsItself.test(text))
  const rank = ({ path, text }: Source) => {
    const named = fileNames.indexOf(path.slice(path.lastIndexOf('/') + 1))
    const nearness = path.split('/').length * 10 + (named < 0 ? fileNames.length : named)
    return nearness + (/stdio_server|\.run\w*\(/.test(text) ? 0 : 1000)
  }
  const [best, ...others] = files.sort((a, b) => rank(a) - rank(b))
  if (best === undefined) return null
  const path = directory === '.' ? best.path : `${directory}/${best.path}`
  const reason = entry(
    path,
    'it runs an MCP server',
    others.map((source) => source.path),
  )
  return { command: [...python, path], reason }
}

function entry(value: string, because: string, [other]: string[]): Reason {
  const rest = other === undefined ? '' : `, and comes first (another is ${other})`
  return { choice: 'Entry point', value, because: because + rest }
}
