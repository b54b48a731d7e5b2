import type { IncomingMessage, ServerResponse } from 'node:http'
import { notFound, type Principal } from '@moorage/access/principal'
import type { App } from './app.ts'
import { findServer } from './find-server.ts'
import { pipeGit } from './pipe-git.ts'
import { protocolOf } from './protocol.ts'
import { openRepository } from './repository.ts'
import { requestBody } from './request-body.ts'
import { startResponse } from './start-response.ts'

/** Wants and haves, one line a commit: even long histories stay far below. */
const maxRequestBytes = 16 * 1024 * 1024

/** `POST /<slug>.git/git-upload-pack`: clone and fetch of what was pushed. */
export async function serveFetch(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  input: { principal: Principal & { kind: 'key' }; slug: string },
): Promise<void> {
  const server = await findServer(app, input.principal, input.slug, 'server.read')
  if (!server) throw notFound('server')
  await pipeGit(app, {
    args: ['upload-pack', '--stateless-rpc', await openRepository(app, server)],
    protocol: protocolOf(request),
    input: requestBody(request, maxRequestBytes),
    response,
    onStart: () => startResponse(response, 'application/x-git-upload-pack-result'),
  })
}
