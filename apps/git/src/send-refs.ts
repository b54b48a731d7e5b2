import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '@moorage/access/principal'
import { notFound } from '@moorage/access/principal'
import type { App } from './app.ts'
import { findServer, mayCreate } from './find-server.ts'
import { pipeGit } from './pipe-git.ts'
import { flushPkt, pkt } from './pkt-line.ts'
import { protocolOf } from './protocol.ts'
import { emptyRepository, openRepository } from './repository.ts'
import type { Service } from './route.ts'
import { startResponse } from './start-response.ts'

/** `GET /<slug>.git/info/refs`: what is there, and what we understand. Changes nothing. */
export async function sendRefs(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  input: { principal: Principal & { kind: 'key' }; slug: string; service: Service },
): Promise<void> {
  const { principal, slug, service } = input
  const push = service === 'git-receive-pack'
  const server = await findServer(app, principal, slug, push ? 'deployment.create' : 'server.read')
  if (!server && !push) throw notFound('server')
  if (!server) mayCreate(principal, slug)
  const repository = server ? await openRepository(app, server) : await emptyRepository(app)
  const protocol = push ? null : protocolOf(request)
  await pipeGit(app, {
    args: [service.slice('git-'.length), '--stateless-rpc', '--http-backend-info-refs', repository],
    protocol,
    input: null,
    response,
    onStart: () => {
      startResponse(response, `application/x-${service}-advertisement`)
      // Protocol v2 answers without the banner (gitprotocol-http, as git-http-backend does it).
      if (protocol !== 'version=2')
        response.write(Buffer.concat([pkt(`# service=${service}\n`), flushPkt]))
    },
  })
}
