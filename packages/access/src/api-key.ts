import { createHash } from 'node:crypto'
import type { Events } from '@moorage/bus/events'
import { type ApiKey, type Db, Prisma, type Tx } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Role, Scope } from '@moorage/domain/permission'
import type { Uses } from '@moorage/domain/policy'
import { type KeyLimits, readKeyLimits } from '@moorage/domain/routing'
import { customAlphabet } from 'nanoid'
import { type KeyOwner, notFound, type Principal } from './principal.ts'

const random = customAlphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz', 40)

/** Starts every key, so that secret scanners can know it: /mrg_[0-9A-Za-z]{40}/. */
export const keyPrefix = 'mrg_'

/** SHA-256 in hex. A key has 238 random bits, so a slow hash would only slow the router. */
export function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

export type NewApiKey = {
  teamId: string
  serverId: string | null
  name: string
  scopes: Scope[]
  expiresAt: Date | null
  /** Whose it is: it ends with them. Neither: the team's own. */
  createdById: string | null
  serviceAccountId?: string | null | undefined
  limits?: Partial<KeyLimits> | undefined
  /** What may be used with it; left out or null: everything. */
  uses?: Uses | null | undefined
}

/** The key itself is in the answer and nowhere else. */
export async function createApiKey(
  deps: { db: Db; events: Events },
  { limits = {}, uses = null, ...input }: NewApiKey,
): Promise<{ key: string; record: ApiKey }> {
  const key = keyPrefix + random()
  const record = await deps.db.apiKey.create({
    data: {
      id: newId('key'),
      prefix: key.slice(0, 10),
      hash: hashKey(key),
      limits,
      ...storedUses(uses),
      ...input,
    },
  })
  await deps.events.publish({ type: 'key', keyId: record.id })
  return { key, record }
}

/** What is left out stays as it is. Routers hear of it at once. */
export async function setKeyLimits(
  deps: { db: Db; events: Events },
  input: { teamId: string; keyId: string; limits: Partial<KeyLimits> },
): Promise<ApiKey> {
  const where = { id: input.keyId, teamId: input.teamId }
  const key = await deps.db.apiKey.findFirst({ where })
  if (!key) throw notFound('key')
  const limits = { ...readKeyLimits(key.limits), ...input.limits }
  const record = await deps.db.apiKey.update({ where, data: { limits } })
  await deps.events.publish({ type: 'key', keyId: key.id })
  return record
}

/** What may be used with it from now on; null: everything. Routers hear of it at once. */
export async function setKeyUses(
  deps: { db: Db; events: Events },
  { keyId: id, teamId, uses }: { teamId: string; keyId: string; uses: Uses | null },
): Promise<ApiKey> {
  const [record] = await deps.db.apiKey.updateManyAndReturn({
    where: { id, teamId },
    data: storedUses(uses),
  })
  if (!record) throw notFound('key')
  await deps.events.publish({ type: 'key', keyId: id })
  return record
}

function storedUses(uses: Uses | null) {
  return { uses: uses ?? Prisma.DbNull }
}

/**
 * Another secret for the same key, which is in the answer and nowhere else. The one it had stays good
 * for `overlapHours`; the one before that ends now.
 */
export async function rotateApiKey(
  deps: { db: Db; events: Events },
  input: { teamId: string; keyId: string; overlapHours: number },
): Promise<{ key: string; record: ApiKey }> {
  const { keyId: id, teamId } = input
  const now = new Date()
  const good = { revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] }
  const before = await deps.db.apiKey.findFirst({ where: { id, teamId } })
  if (!before) throw notFound('key')
  const key = keyPrefix + random()
  const [record] = await deps.db.apiKey.updateManyAndReturn({
    where: { id, teamId, hash: before.hash, ...good },
    data: {
      prefix: key.slice(0, 10),
      hash: hashKey(key),
      formerHash: before.hash,
      formerUntil: new Date(now.getTime() + input.overlapHours * 3_600_000),
    },
  })
  if (!record)
    throw new AppError('conflict', 'This key is no longer good, or was replaced just now.', {
      hint: 'Look at your keys, and make a new one where it has ended: moorage keys',
    })
  await deps.events.publish({ type: 'key', keyId: id })
  return { key, record }
}

/** Revoking twice is no error. Routers hear of it at once. */
export async function revokeApiKey(
  deps: { db: Db; events: Events },
  input: { teamId: string; keyId: string },
): Promise<void> {
  const key = await deps.db.apiKey.findFirst({ where: { id: input.keyId, teamId: input.teamId } })
  if (!key) throw notFound('key')
  await deps.db.apiKey.updateMany({
    where: { id: key.id, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  await deps.events.publish({ type: 'key', keyId: key.id })
}

/** Revokes the keys that a person has made in a team, and gives their ids, for routers to be told. */
export async function revokeKeysOf(
  tx: Tx,
  owner: { teamId: string; userId: string },
): Promise<string[]> {
  const rows = await tx.apiKey.updateManyAndReturn({
    where: { teamId: owner.teamId, createdById: owner.userId, revokedAt: null },
    data: { revokedAt: new Date() },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
}

/** The principal behind a key, or null where it is unknown, revoked or expired, or its owner is gone. */
export async function principalByKey(deps: { db: Db }, key: string): Promise<Principal | null> {
  if (!key.startsWith(keyPrefix)) return null
  const hash = hashKey(key)
  const row = await deps.db.apiKey.findFirst({
    where: { OR: [{ hash }, { formerHash: hash, formerUntil: { gt: new Date() } }] },
    include: {
      team: { select: { slug: true, deletedAt: true } },
      serviceAccount: { select: { id: true, role: true } },
    },
  })
  if (!row || row.revokedAt || (row.expiresAt && row.expiresAt <= new Date())) return null
  const owner = await ownerOf(deps, row)
  if (row.team.deletedAt || owner === 'gone') return null
  await noteUse(deps, row)
  return {
    kind: 'key',
    id: row.id,
    name: row.name,
    teamId: row.teamId,
    teamSlug: row.team.slug,
    serverId: row.serverId,
    scopes: row.scopes,
    owner,
  }
}

async function ownerOf(
  deps: { db: Db },
  row: ApiKey & { serviceAccount: { id: string; role: Role } | null },
): Promise<KeyOwner | null | 'gone'> {
  if (row.serviceAccount) return { kind: 'service-account', ...row.serviceAccount }
  if (row.createdById === null) return null
  const { teamId, createdById: userId } = row
  const member = await deps.db.member.findUnique({ where: { teamId_userId: { teamId, userId } } })
  return member ? { kind: 'user', id: userId, role: member.role } : 'gone'
}

/** To the minute: telling a key in use from a forgotten one needs no more writes than that. */
async function noteUse(deps: { db: Db }, row: ApiKey): Promise<void> {
  const now = new Date()
  if (row.lastUsedAt && now.getTime() - row.lastUsedAt.getTime() < 60_000) return
  await deps.db.apiKey.updateMany({ where: { id: row.id }, data: { lastUsedAt: now } })
}
