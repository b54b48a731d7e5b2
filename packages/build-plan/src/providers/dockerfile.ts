import { AppError } from '@moorage/domain/error'
import { fixedNodePort } from '../node-port.ts'
import { nothingToDo, type Reason } from '../plan.ts'
import type { Provider } from '../provider.ts'
import { repositoryPath } from '../repository-path.ts'
import { scanSources } from '../scan-sources.ts'
import type { SourceTree } from '../source-tree.ts'

const defaultPort = 8000

/** A repository that brings its own Dockerfile: built as it is, asked to listen on PORT. */
export const dockerfile: Provider = {
  name: 'Dockerfile',
  detect(tree, { rootDir, settings }) {
    const path = findDockerfile(tree, settings.dockerfile || null)
    if (path === null) return null
    const text = tree.read(path) ?? ''
    const transport = speaksStdio(tree, text) ? 'stdio' : 'streamable-http'
    const found = settings.port ? null : findPort(tree, text)
    return {
      version: 1,
      kind: 'dockerfile',
      flavor: 'Dockerfile',
      rootDir,
      dockerfile: path,
      base: null,
      packages: [],
      install: nothingToDo,
      build: nothingToDo,
      start: { command: settings.start ?? [], env: {} },
      port: found?.port ?? defaultPort,
      path: settings.path ?? '/mcp',
      transport,
      reasons: [
        { choice: 'Build', value: path, because: 'the repository brings its own Dockerfile' },
        transport === 'stdio' ? stdioReason : portReason(found),
      ],
    }
  },
}

function findDockerfile(tree: SourceTree, named: string | null): string | null {
  if (named === null) return tree.files.includes('Dockerfile') ? 'Dockerfile' : null
  const path = repositoryPath(named, 'Dockerfile path')
  if (tree.files.includes(path)) return path
  throw new AppError('plan_failed', `There is no file ${path} in the application's directory.`, {
    hint: 'The Dockerfile path is relative to the root directory; a symbolic link does not count.',
  })
}

type Port = { port: number; because: string }

/** By the Dockerfile; else by a source that listens there whatever PORT says. */
function findPort(tree: SourceTree, dockerfile: string): Port | null {
  const joined = dockerfile.replace(/\\\r?\n/g, ' ')
  const lastStage = joined.split(/^[ \t]*FROM[ \t]/im).at(-1) ?? ''
  const exposed = onlyPort([...lastStage.matchAll(/^[ \t]*EXPOSE[ \t]+([^\n#]{1,200})/gim)])
  if (exposed !== null) return { port: exposed, because: 'the Dockerfile exposes it, and no other' }
  const told = onlyPort([...lastStage.matchAll(/--port(?:=|[", \t]{1,8})(\d{2,5})\b/g)])
  if (told !== null) return { port: told, because: 'the Dockerfile starts the server with it' }
  const texts = scanSources(tree, ['.ts', '.js', '.mjs', '.cjs']).map(({ text }) => text)
  const fixed = fixedNodePort(texts)
  const because = 'the source listens there and never reads PORT'
  return fixed === null ? null : { port: fixed, because }
}

/** Of lists of ports, the one port that is a plain number, where there is no other. */
function onlyPort(lists: RegExpMatchArray[]): number | null {
  const ports = new Set<number>()
  for (const [, list] of lists) {
    for (const word of (list ?? '').trim().split(/\s+/)) {
      const port = Number(/^(\d{1,5})(?:\/tcp)?$/i.exec(word)?.[1])
      if (port >= 1 && port <= 65535) ports.add(port)
    }
  }
  const [only] = ports
  return ports.size === 1 && only !== undefined ? only : null
}

const endings = ['.ts', '.js', '.mjs', '.py', '.go', '.rs', '.java', '.kt', '.cs', '.rb', '.php']
const stdio =
  /StdioServerTransport|serveStdio|ServeStdio|StdioTransport|stdio_server|transport::stdio|["']stdio["']|\bmcp\.run\(\)/
const listens = /\bPORT\b|streamable|\bsse|http_app|createMcpHandler|\bMapMcp\b|HttpServlet/i
const toldToListen = /^[ \t]*EXPOSE\b|\bPORT\b|--port|--transport|uvicorn|gunicorn|streamable/im

/** Most published images are made for `docker run -i`: nothing in them or in their source listens. */
function speaksStdio(tree: SourceTree, dockerfile: string): boolean {
  if (toldToListen.test(dockerfile)) return false
  const sources = scanSources(tree, endings)
  const some = (pattern: RegExp) => sources.some(({ text }) => pattern.test(text))
  return some(stdio) && !some(listens)
}

const stdioReason: Reason = {
  choice: 'Transport',
  value: 'stdio',
  because: 'the source speaks MCP on its standard input and output, and nothing in it listens',
}

function portReason(found: Port | null): Reason {
  const because =
    found?.because ?? 'the Dockerfile exposes no one port, so the server is told by PORT'
  return { choice: 'Port', value: String(found?.port ?? defaultPort), because }
}
