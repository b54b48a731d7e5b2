import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { AppError, errorTable, toAppError } from '@moorage/domain/error'
import type { App } from './app.ts'
import { authenticate } from './authenticate.ts'
import { parseRoute } from './route.ts'
import { sendRefs } from './send-refs.ts'
import { serveFetch } from './serve-fetch.ts'
import { servePush } from './serve-push.ts'

/** git's smart HTTP protocol (gitprotocol-http) over the bare repositories of this platform. */
export function createGitServer(app: App): Server {
  const server = createServer({ maxHeaderSize: 16_384 }, (request, response) => {
    handle(app, request, response).catch((error: unknown) => refuse(app, response, error))
  })
  server.headersTimeout = 20_000
  // A large pack over a slow line takes its time.
  server.requestTimeout = 60 * 60_000
  server.maxConnections = 500
  return server
}

async function handle(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = parseRoute(request.method ?? '', request.url ?? '')
  if (!route)
    throw new AppError('not_found', 'There is nothing here.', {
      hint: `A server's repository is ${app.urls.gitUrl}/<name>.git`,
    })
  if (route.kind === 'health') {
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
    return
  }
  if (route.kind === 'dumb')
    throw new AppError('forbidden', 'This remote speaks the smart HTTP protocol only.', {
      hint: 'Use git 1.6.6 or later.',
    })
  const principal = await authenticate(app.deps, request)
  const input = { principal, slug: route.slug }
  if (route.kind === 'info-refs')
    return sendRefs(app, request, response, { ...input, service: route.service })
  if (request.headers['content-type'] !== `application/x-${route.service}-request`)
    throw new AppError('bad_input', 'This is not a git request.')
  return route.service === 'git-receive-pack'
    ? servePush(app, request, response, input)
    : serveFetch(app, request, response, input)
}

/** Plain text: git shows it, each line after "remote: ". */
function refuse(app: App, response: ServerResponse, error: unknown): void {
  if (response.destroyed) return
  const fault = toAppError(error)
  if (errorTable[fault.code].fault === 'platform') app.log(`failed: ${fault.message}`)
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(errorTable[fault.code].httpStatus, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    // What is left of the request is not read.
    connection: 'close',
    ...(fault.code === 'unauthenticated'
      ? { 'www-authenticate': 'Basic realm="Moorage", charset="UTF-8"' }
      : {}),
  })
  response.end(`${fault.userMessage}\n${fault.hint ? `${fault.hint}\n` : ''}`)
}
