import type { Events } from '@moorage/bus/events'
import type { Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { notFound } from '../principal.ts'

type Deps = { db: Db; events: Events }

/** What a person let a client do, for lists. */
export type GrantView = {
  id: string
  createdAt: Date
  client: { name: string | null; clientId: string; redirectUris: string[] }
  server: { name: string; slug: string }
  person: { name: string; email: string }
}

/** Saying yes twice is one grant. Routers hear of it at once. */
export async function addGrant(
  { db, events }: Deps,
  grant: { userId: string; clientId: string; serverId: string },
): Promise<void> {
  await db.oauthGrant.upsert({
    where: { userId_clientId_serverId: grant },
    create: { id: newId('grant'), ...grant },
    update: {},
  })
  await events.publish({ type: 'person', userId: grant.userId })
}

/** A person's own, or those of a team's servers; newest first. */
export async function listGrants(
  { db }: { db: Db },
  of: { userId: string } | { teamId: string },
): Promise<GrantView[]> {
  const rows = await db.oauthGrant.findMany({
    where: 'userId' in of ? { userId: of.userId } : { server: { teamId: of.teamId } },
    include: {
      client: { select: { name: true, clientId: true, redirectUris: true } },
      server: { select: { name: true, slug: true } },
      user: { select: { name: true, email: true } },
    },
    orderBy: { createdAt: 'desc' },
  })
  return rows.map(({ id, createdAt, client, server, user }) => ({
    ...{ id, createdAt, client, server },
    person: user,
  }))
}

/** The client has to ask again. Routers refuse its tokens at once, and none is renewed. */
export async function revokeGrant(
  { db, events }: Deps,
  input: { grantId: string } & ({ userId: string } | { teamId: string }),
): Promise<void> {
  const owner = 'userId' in input ? { userId: input.userId } : { server: { teamId: input.teamId } }
  const grant = await db.oauthGrant.findFirst({ where: { id: input.grantId, ...owner } })
  if (!grant) throw notFound('grant')
  const { clientId, userId, serverId } = grant
  await db.$transaction(async (tx) => {
    const resources = await tx.oauthResource.findMany({ where: { name: serverId } })
    await tx.oauthGrant.deleteMany({ where: { id: grant.id } })
    await tx.oauthRefreshToken.deleteMany({
      where: {
        ...{ clientId, userId },
        resources: { hasSome: resources.map(({ identifier }) => identifier) },
      },
    })
  })
  await events.publish({ type: 'person', userId })
}
