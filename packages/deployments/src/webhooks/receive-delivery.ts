import { createHash } from 'node:crypto'
import { notFound } from '@moorage/access/principal'
import { Prisma } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Deps } from '../deps.ts'
import { openHookSecret } from './hook-secret.ts'
import { readMessage } from './read-message.ts'
import { noteRefusal } from './refusals.ts'
import { type Verified, verifyDelivery } from './verify-delivery.ts'

type Incoming = { serverId: string; headers: Headers; readBody: () => Promise<Uint8Array> }

export type Received = { id: string; isNew: boolean }

/**
 * Takes a delivery of a forge: checked, written down, and answered; a builder does what it asks for.
 * One that was seen before, by its id or by its content, is not taken again. Throws `not_found`
 * where there is no such webhook, and `unauthenticated` where it is not signed with its secret.
 */
export async function receiveDelivery(
  deps: Pick<Deps, 'db' | 'events' | 'encryptionKey'>,
  { serverId, headers, readBody }: Incoming,
): Promise<Received> {
  const server = await deps.db.server.findUnique({ where: { id: serverId } })
  // Before the body is read: nobody without a webhook's address makes us read megabytes.
  if (!server?.hookSecret) throw notFound('webhook')
  const secret = openHookSecret(deps.encryptionKey, server.id, server.hookSecret)
  try {
    const body = await readBody()
    const verified = verifyDelivery({ headers, body, secret })
    return await recordDelivery(deps, { serverId, verified, body, payload: textOf(headers, body) })
  } catch (error) {
    await noteRefusal(deps, serverId, error)
    throw error
  }
}

type Recorded = { serverId: string; verified: Verified; body: Uint8Array; payload: string }

/** Writes a delivery down whose signature is good, for a builder to follow. */
export async function recordDelivery(
  deps: Pick<Deps, 'db' | 'events'>,
  { serverId, verified, body, payload }: Recorded,
): Promise<Received> {
  const { forge, event, deliveryId } = verified
  readMessage({ forge, event, payload }) // What cannot be read is refused here, where its sender hears of it.
  const bodyHash = createHash('sha256').update(body).digest('hex')
  const row = { id: newId('whd'), serverId, forge, event, deliveryId, bodyHash, payload }
  try {
    await deps.db.webhookDelivery.create({ data: row })
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const same = { serverId, OR: [{ deliveryId }, { bodyHash }] }
    const first = await deps.db.webhookDelivery.findFirstOrThrow({ where: same })
    return { id: first.id, isNew: false }
  }
  await deps.events.publish({ type: 'delivery', serverId })
  return { id: row.id, isNew: true }
}

/** GitHub's hooks may be set to send a form, whose one field is the JSON. */
export function textOf(headers: Headers, body: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: false }).decode(body).replaceAll('\0', '')
  if (!headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')) return text
  const payload = new URLSearchParams(text).get('payload')
  if (payload !== null) return payload
  throw new AppError('bad_input', 'The form has no field "payload".')
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
