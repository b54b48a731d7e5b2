import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { openBackup } from '@moorage/deployments/volumes/open-backup'
import { uploadBackup } from '@moorage/deployments/volumes/upload-backup'
import { backupView } from '@moorage/deployments/volumes/volume-view'
import { AppError } from '@moorage/domain/error'
import { actorOf, type Context, findServer, signedInAs } from './trpc.ts'

type Caller = Pick<Context, 'principal' | 'deps'>

/** Where the builder keeps them, and the most that one may be as it comes, in bytes. */
export type BackupStore = { dataDir: string; maxBytes: number }

/**
 * GET of a backup as a file. It holds what the server keeps, tokens too, so it is for those who may
 * put another version in the server's place, which could read the same.
 */
export async function sendBackup(
  caller: Caller,
  { dataDir }: BackupStore,
  { slug, id: backupId }: { slug: string; id: string },
): Promise<Response> {
  const principal = signedInAs(caller.principal)
  const server = await findServer({ ...caller, principal }, slug, 'server.update')
  const from = { server, dataDir, backupId }
  const { content, fileName, sizeBytes } = await openBackup(caller.deps, from, actorOf(principal))
  // The same class under two names: that of Node, and that of the DOM.
  return new Response(Readable.toWeb(content) as globalThis.ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'application/gzip',
      'content-length': String(sizeBytes),
      'content-disposition': `attachment; filename="${fileName}"`,
      'cache-control': 'no-store',
    },
  })
}

/** POST of a .tar.gz, which becomes a backup: see uploadBackup. */
export async function receiveBackup(
  caller: Caller,
  store: BackupStore,
  { slug }: { slug: string },
  body: globalThis.ReadableStream<Uint8Array> | null,
): Promise<Response> {
  const principal = signedInAs(caller.principal)
  const server = await findServer({ ...caller, principal }, slug, 'server.update')
  if (!body)
    throw new AppError('bad_input', 'There is no file in this request.', {
      hint: 'Send a .tar.gz as the body.',
    })
  const upload = Readable.fromWeb(body as ReadableStream<Uint8Array>)
  const into = { ...store, server }
  const backup = await uploadBackup(caller.deps, into, upload, actorOf(principal))
  return Response.json(backupView(backup), { status: 201 })
}
