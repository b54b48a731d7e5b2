import type { Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { type Policy, readPolicy } from '@moorage/domain/policy'
import type { Deps } from './deps.ts'

/** One whom a policy can name: `who` is how it names them. */
export type CallerView = { who: `member:${string}` | `key:${string}`; name: string; about: string }

/** The members, service accounts and keys of the server's team that may be named in its policy. */
export async function listCallers(
  { db }: Pick<Deps, 'db'>,
  { id: serverId, teamId }: Pick<Server, 'id' | 'teamId'>,
): Promise<CallerView[]> {
  const [members, accounts, keys] = await Promise.all([
    db.member.findMany({
      where: { teamId },
      include: { user: true },
      orderBy: { createdAt: 'asc' },
    }),
    db.serviceAccount.findMany({ where: { teamId }, orderBy: { name: 'asc' } }),
    db.apiKey.findMany({
      where: { teamId, revokedAt: null, OR: [{ serverId: null }, { serverId }] },
      orderBy: { createdAt: 'desc' },
    }),
  ])
  return [
    ...members.map(({ userId, user }) => member(userId, user.name, user.email)),
    ...accounts.map(({ id, name }) => member(id, name, 'service account')),
    ...keys.map(({ id, name, prefix }) => ({
      who: `key:${id}` as const,
      name,
      about: `${prefix}…`,
    })),
  ]
}

function member(id: string, name: string, about: string): CallerView {
  return { who: `member:${id}`, name, about }
}

/** Throws `bad_input` where somebody is named anew who is none of the team's. */
export async function checkCallers(
  deps: Pick<Deps, 'db'>,
  server: Server,
  policy: Policy,
): Promise<void> {
  const before = new Set(named(readPolicy(server.policy)))
  const added = named(policy).filter((who) => /^(?:member|key):/.test(who) && !before.has(who))
  if (added.length === 0) return
  const known = new Set<string>((await listCallers(deps, server)).map(({ who }) => who))
  const unknown = added.find((who) => !known.has(who))
  if (unknown === undefined) return
  throw new AppError('bad_input', `There is no "${unknown}" in this team.`, {
    hint: 'Name a member, a service account or a good key of the team by its id.',
  })
}

function named({ chosen, rules }: Policy): string[] {
  return [...chosen, ...rules.flatMap(({ who }) => who)]
}
