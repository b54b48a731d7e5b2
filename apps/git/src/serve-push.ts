import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Principal } from '@moorage/access/principal'
import { checkTakesPush } from '@moorage/deployments/create-deployment'
import { AppError } from '@moorage/domain/error'
import { afterPush } from './after-push.ts'
import type { App } from './app.ts'
import { findServer, mayCreate } from './find-server.ts'
import { collect } from './pipe-git.ts'
import { flushPkt, pktLines, progressPkt } from './pkt-line.ts'
import { createPushReport } from './push-report.ts'
import { type PushRequest, type RefCommand, readPushRequest } from './push-request.ts'
import { emptyRepository, openRepository } from './repository.ts'
import { requestBody } from './request-body.ts'
import { spawnGit } from './run-git.ts'
import { discardIfEmpty, serverForPush } from './server-for-push.ts'
import { startResponse } from './start-response.ts'
import { writeOut } from './write-out.ts'

/** Packs are capped by git itself (receive.maxInputSize); this is what bounds the whole request. */
const maxRequestBytes = 600 * 1024 * 1024

/** `POST /<slug>.git/git-receive-pack`: takes the push, then tells its sender how the deploy goes. */
export async function servePush(
  app: App,
  request: IncomingMessage,
  response: ServerResponse,
  input: { principal: Principal & { kind: 'key' }; slug: string },
): Promise<void> {
  const { principal, slug } = input
  let server = await findServer(app, principal, slug, 'deployment.create')
  if (server) checkTakesPush(server)
  else mayCreate(principal, slug)
  const push = await readPushRequest(requestBody(request, maxRequestBytes))
  const pushes = push.commands.length > 0
  const reports = ['report-status', 'report-status-v2'].some((it) => push.capabilities.has(it))
  if (pushes && !reports)
    throw new AppError('bad_input', 'This git client is too old: it cannot read a push report.')
  const isNew = !server && pushes
  if (!server && pushes) server = await serverForPush(app, principal, slug, push.commands)
  const repository = server ? await openRepository(app, server) : await emptyRepository(app)

  const received = await receive(app, repository, push, response)
  if (server && isNew) await discardIfEmpty(app, server, repository, principal)
  if (server && received.accepted.length > 0) {
    const say = received.hasSideBand ? speaker(response) : async () => {}
    await afterPush(app, {
      server,
      repository,
      principal,
      accepted: received.accepted,
      // `moorage deploy` follows the deployment through the API, as it does every other one.
      follow: request.headers['moorage-follow'] !== 'no',
      say,
      gone: goneSignal(response),
    })
  }
  if (!response.headersSent) startResponse(response, resultType)
  response.end(received.end)
}

const resultType = 'application/x-git-receive-pack-result'

type Received = { accepted: RefCommand[]; hasSideBand: boolean; end: Buffer }

/** Runs git and passes its answer on, all but the last flush, after which a client stops listening. */
async function receive(
  app: App,
  repository: string,
  push: PushRequest,
  response: ServerResponse,
): Promise<Received> {
  const child = spawnGit(app.git, ['receive-pack', '--stateless-rpc', repository])
  const ended = once(child, 'close')
  const complaint = collect(child.stderr)
  const report = createPushReport()
  const feeding = pipeline(push.input, child.stdin).then(
    () => null,
    (error: unknown) => error,
  )
  let held: Buffer = Buffer.alloc(0)
  for await (const packet of pktLines(child.stdout)) {
    if (!response.headersSent) startResponse(response, resultType)
    if (packet.data) report.add(packet.data)
    const out = packet.data ? Buffer.concat([held, packet.raw]) : held
    held = packet.data ? Buffer.alloc(0) : flushPkt
    if (out.length > 0) await writeOut(response, out)
  }
  const [code] = await ended
  const fault = await feeding
  if (fault instanceof AppError && !response.headersSent) throw fault
  if (code !== 0) {
    app.log(`git receive-pack failed: ${(await complaint).trim()}`)
    if (!response.headersSent && !response.destroyed)
      throw new AppError('bad_input', 'git did not take this push.', {
        message: await complaint,
        hint: 'Is the repository whole? git fsck says.',
      })
  }
  const accepted = report.accepted()
  return {
    accepted: push.commands.filter((command) => accepted.has(command.ref)),
    hasSideBand: report.hasSideBand(),
    end: held,
  }
}

/** Writes lines to the pusher's terminal, no faster than it reads. */
function speaker(response: ServerResponse): (text: string) => Promise<void> {
  return async (text) => {
    await writeOut(response, progressPkt(text))
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  if (response.destroyed) controller.abort()
  response.once('close', () => controller.abort())
  return controller.signal
}
