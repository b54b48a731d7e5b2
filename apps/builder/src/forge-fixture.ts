import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificate } from '@moorage/testing/tls'

export type Forge = Awaited<ReturnType<typeof startForge>>

/**
 * A forge on this machine: real git behind real TLS, with a CA of its own. What stands under
 * `/moved/` has moved, and `pages` answer before git does.
 */
export async function startForge(
  pages: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {},
) {
  const base = mkdtempSync(join(tmpdir(), 'moorage-forge-'))
  const { cert, key, caFile } = await makeCertificate(base)
  const server = createServer({ key, cert }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    const page = pages[url.pathname]
    if (page) return page(request, response)
    if (!url.pathname.startsWith('/moved/')) return serveGit(base, url, request, response)
    response.writeHead(301, { location: url.href.replace('/moved/', '/') }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `localhost:${(server.address() as AddressInfo).port}`

  /** A bare repository whose one commit holds what `fill` puts there; the commit's id. */
  function repository(
    name: string,
    fill: (dir: string, git: (...args: string[]) => string) => void,
    branch = 'main',
  ): string {
    const work = join(base, `${name}-work`)
    mkdirSync(work)
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
        cwd: work,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    git('init', '--quiet', `--initial-branch=${branch}`)
    fill(work, git)
    git('add', '--all')
    git('commit', '--quiet', '--message', `The commit of ${name}`)
    git('clone', '--quiet', '--bare', '.', join(base, `${name}.git`))
    return git('rev-parse', 'HEAD')
  }

  function close(): void {
    server.close()
    server.closeAllConnections()
    rmSync(base, { recursive: true, force: true })
  }

  return { base, caFile, host, repository, close }
}

/** Real git over HTTP, for every repository below `root`. */
export function serveGit(
  root: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const cgi = spawn('git', ['http-backend'], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  })
  request.pipe(cgi.stdin)
  const chunks: Buffer[] = []
  cgi.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  cgi.on('close', () => {
    const all = Buffer.concat(chunks)
    const end = all.indexOf('\r\n\r\n')
    for (const line of all.subarray(0, end).toString().split('\r\n')) {
      const [name = '', value = ''] = line.split(': ')
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.end(all.subarray(end + 4))
  })
}
