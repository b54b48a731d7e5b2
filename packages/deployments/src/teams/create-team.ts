import { type Db, Prisma, type Team } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { slugSchema } from '@moorage/domain/slug'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

/** Its maker is its first owner. Throws `conflict` where the slug is taken. */
export async function createTeam(
  deps: Pick<Deps, 'db' | 'events'>,
  input: { slug: string; name: string },
  maker: Actor,
): Promise<Team> {
  const slug = checkTeamSlug(input.slug)
  const team = await unlessTaken(slug, () =>
    deps.db.team.create({
      data: {
        id: newId('team'),
        slug,
        name: input.name,
        members: { create: { userId: maker.id, role: 'owner' } },
      },
    }),
  )
  await auditTeam(deps, maker, 'team.create', { teamId: team.id, target: slug })
  await deps.events.publish({ type: 'person', userId: maker.id })
  return team
}

/** What is left out stays as it is. */
export async function updateTeam(
  deps: Pick<Deps, 'db' | 'events'>,
  input: { teamId: string; name?: string | undefined; slug?: string | undefined },
  actor: Actor,
): Promise<Team> {
  const { teamId: id, name } = input
  const slug = input.slug === undefined ? undefined : checkTeamSlug(input.slug)
  const team = await unlessTaken(slug ?? '', () =>
    deps.db.team.update({
      where: { id },
      data: { ...(name === undefined ? {} : { name }), ...(slug === undefined ? {} : { slug }) },
    }),
  )
  await auditTeam(deps, actor, 'team.update', { teamId: id, target: team.slug })
  if (slug !== undefined) await tellOfTeam(deps, id)
  return team
}

/** Routers read again what they know of a team: servers, keys and people. */
export async function tellOfTeam(
  { db, events }: { db: Db; events: Deps['events'] },
  teamId: string,
): Promise<void> {
  const select = { id: true }
  const [servers, keys, members, machines] = await Promise.all([
    db.server.findMany({ where: { teamId }, select }),
    db.apiKey.findMany({ where: { teamId, revokedAt: null }, select }),
    db.member.findMany({ where: { teamId }, select: { userId: true } }),
    db.serviceAccount.findMany({ where: { teamId }, select }),
  ])
  await Promise.all([
    ...servers.map(({ id }) => events.publish({ type: 'server', serverId: id })),
    ...keys.map(({ id }) => events.publish({ type: 'key', keyId: id })),
    ...members.map(({ userId }) => events.publish({ type: 'person', userId })),
    ...machines.map(({ id }) => events.publish({ type: 'person', userId: id })),
  ])
}

function checkTeamSlug(text: string): string {
  const parsed = slugSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new AppError('bad_input', `"${text.slice(0, 60)}" cannot be a team's address.`, {
    hint: parsed.error.issues[0]?.message ?? 'Use 3 to 40 of a-z, 0-9 and single hyphens.',
  })
}

async function unlessTaken<Result>(slug: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
      throw new AppError('conflict', `There is a team "${slug}" already.`, {
        hint: 'Choose another short name; what the team is called may be the same.',
      })
    throw error
  }
}
