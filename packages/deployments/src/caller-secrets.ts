import { sealCallerSecret } from '@moorage/access/caller-secret'
import { type CallerSecret, readCallerSecrets } from '@moorage/domain/caller-secrets'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import type { Deps } from './deps.ts'

type Whose = { serverId: string; userId: string }
const planSchema = z.object({ callerSecrets: z.unknown() })

/** One that the server asks for, or one that it asked for once and that is still kept. */
export type CallerSecretView = Omit<CallerSecret, 'header'> & {
  /** Null: it is not asked for any more, and handed to nobody. */
  header: string | null
  /** Null: not set. Values are never shown. */
  updatedAt: Date | null
}

/** What the live version asks for, set or not, and then what is still set and not asked for any more. */
export async function listCallerSecrets(
  { db }: Pick<Deps, 'db'>,
  { serverId, userId }: Whose,
): Promise<CallerSecretView[]> {
  const [declared, rows] = await Promise.all([
    declaredBy(db, serverId),
    db.callerSecret.findMany({ where: { serverId, userId }, orderBy: { name: 'asc' } }),
  ])
  const setAt = new Map(rows.map(({ name, updatedAt }) => [name, updatedAt]))
  const asked = new Set(declared.map(({ name }) => name))
  return [
    ...declared.map((one) => ({ ...one, updatedAt: setAt.get(one.name) ?? null })),
    ...rows
      .filter(({ name }) => !asked.has(name))
      .map(({ name, updatedAt }) => ({ name, header: null, updatedAt })),
  ]
}

/** Sets or replaces what this person hands to the server. Counts at once. */
export async function setCallerSecret(
  { db, encryptionKey, events }: Pick<Deps, 'db' | 'encryptionKey' | 'events'>,
  input: Whose & { name: string; value: string },
): Promise<void> {
  const { serverId, userId, name } = input
  const declared = await declaredBy(db, serverId)
  if (!declared.some((one) => one.name === name))
    throw new AppError('bad_input', `This server asks its callers for no "${name}".`, {
      hint:
        declared.length > 0
          ? `It asks for: ${declared.map((one) => one.name).join(', ')}.`
          : 'What a server asks for is in its moorage.json, as callerSecrets.',
    })
  const value = sealCallerSecret(encryptionKey, { userId, serverId, name }, input.value)
  await db.callerSecret.upsert({
    where: { userId_serverId_name: { userId, serverId, name } },
    create: { id: newId('csec'), userId, serverId, name, value },
    update: { value },
  })
  await events.publish({ type: 'person', userId })
}

/** Routers forget it at once. Throws `not_found` where it is not set. */
export async function removeCallerSecret(
  { db, events }: Pick<Deps, 'db' | 'events'>,
  input: Whose & { name: string },
): Promise<void> {
  const { serverId, userId, name } = input
  const { count } = await db.callerSecret.deleteMany({ where: { serverId, userId, name } })
  if (count === 0) throw new AppError('not_found', `${name} is not set.`)
  await events.publish({ type: 'person', userId })
}

/** What is live decides, as its callers see it. */
async function declaredBy(db: Deps['db'], serverId: string): Promise<readonly CallerSecret[]> {
  const route = await db.route.findUnique({
    where: { serverId },
    include: { deployment: { select: { plan: true } } },
  })
  return readCallerSecrets(planSchema.safeParse(route?.deployment?.plan).data?.callerSecrets)
}
