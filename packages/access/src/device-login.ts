import { createHash, randomBytes } from 'node:crypto'
import type { Events } from '@moorage/bus/events'
import type { Db, DeviceLogin } from '@moorage/db/client'
import { roleMay, widestScopes } from '@moorage/domain/permission'
import { customAlphabet } from 'nanoid'
import { createApiKey } from './api-key.ts'
import { notFound } from './principal.ts'

/** How long somebody has to answer. */
export const lifeSeconds = 600
/** The least time between two questions whether somebody has (RFC 8628, 3.5). */
export const intervalSeconds = 5
const keyDays = 90
const maxWaitingPerAddress = 20

/** Letters that cannot be taken for each other, nor make words (RFC 8628, 6.1). */
const userCode = customAlphabet('BCDFGHJKLMNPQRSTVWXZ', 8)

type Deps = { db: Db; events: Events }

/** Null where too many from this address wait already. */
export async function startDeviceLogin(
  { db }: { db: Db },
  asking: { name: string; address: string },
): Promise<{ deviceCode: string; userCode: string } | null> {
  const now = new Date()
  await db.deviceLogin.deleteMany({ where: { expiresAt: { lt: now } } })
  const waiting = await db.deviceLogin.count({ where: { address: asking.address } })
  if (waiting >= maxWaitingPerAddress) return null
  const deviceCode = randomBytes(32).toString('base64url')
  const expiresAt = new Date(now.getTime() + lifeSeconds * 1_000)
  const row = await db.deviceLogin.create({
    data: { hash: hashOf(deviceCode), userCode: userCode(), expiresAt, ...asking },
  })
  return { deviceCode, userCode: row.userCode }
}

/** What waits under this code, however it was typed. Throws `not_found` once it was answered too. */
export async function findDeviceLogin({ db }: { db: Db }, typed: string): Promise<DeviceLogin> {
  const row = await db.deviceLogin.findFirst({ where: open(typed) })
  if (!row) throw notFound('code')
  return row
}

/** As it is shown: BCDF-GHJK. */
export function userCodeText(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** Counts once. `teamId` null: no. */
export async function answerDeviceLogin(
  { db }: { db: Db },
  typed: string,
  { userId, teamId }: { userId: string; teamId: string | null },
): Promise<void> {
  const data = teamId === null ? { deniedAt: new Date() } : { userId, teamId }
  const { count } = await db.deviceLogin.updateMany({ where: open(typed), data })
  if (count === 0) throw notFound('code')
}

export type Redeemed =
  | { key: string }
  | { fault: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token' }

/** A key of who has let it in, bounded by their role, once; else why not yet, or why never. */
export async function redeemDeviceLogin(deps: Deps, deviceCode: string): Promise<Redeemed> {
  const { db } = deps
  const hash = hashOf(deviceCode)
  const now = new Date()
  const before = new Date(now.getTime() - intervalSeconds * 1_000)
  const row = await db.deviceLogin.findUnique({ where: { hash } })
  // One that has got its key is gone, as one that is too old may be.
  if (!row || row.expiresAt <= now) return { fault: 'expired_token' }
  const { count: inTime } = await db.deviceLogin.updateMany({
    where: { hash, OR: [{ polledAt: null }, { polledAt: { lte: before } }] },
    data: { polledAt: now },
  })
  if (inTime === 0) return { fault: 'slow_down' }
  if (row.deniedAt) return { fault: 'access_denied' }
  if (!row.userId || !row.teamId) return { fault: 'authorization_pending' }
  const { count } = await db.deviceLogin.deleteMany({ where: { hash } })
  if (count === 0) return { fault: 'expired_token' }
  return makeKey(deps, { name: row.name, userId: row.userId, teamId: row.teamId })
}

async function makeKey(
  deps: Deps,
  { name, ...of }: { name: string; userId: string; teamId: string },
): Promise<Redeemed> {
  const member = await deps.db.member.findUnique({ where: { teamId_userId: of } })
  if (!member || !roleMay(member.role, 'key.write')) return { fault: 'access_denied' }
  const { key } = await createApiKey(deps, {
    ...{ teamId: of.teamId, serverId: null, name, createdById: of.userId },
    scopes: widestScopes(member.role),
    expiresAt: new Date(Date.now() + keyDays * 86_400_000),
  })
  return { key }
}

function open(typed: string) {
  const userCode = typed.toUpperCase().replace(/[^A-Z]/g, '')
  return { userCode, userId: null, deniedAt: null, expiresAt: { gt: new Date() } }
}

function hashOf(deviceCode: string): string {
  return createHash('sha256').update(deviceCode).digest('hex')
}
