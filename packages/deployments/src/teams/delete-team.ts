import { notFound } from '@moorage/access/principal'
import type { Team } from '@moorage/db/client'
import { roleMay, roles } from '@moorage/domain/permission'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'
import { removeServer } from '../remove-server.ts'
import { tellOfTeam } from './create-team.ts'

/** How long a deleted team can be had back. */
export const graceMs = 7 * 24 * 3600 * 1000

/** Nothing of it answers from now on; its owners can restore it until the grace time is over. */
export async function deleteTeam(
  deps: Pick<Deps, 'db' | 'events'>,
  teamId: string,
  actor: Actor,
): Promise<Team> {
  await deps.db.team.updateMany({
    where: { id: teamId, deletedAt: null },
    data: { deletedAt: new Date() },
  })
  const team = await deps.db.team.findUnique({ where: { id: teamId } })
  if (!team) throw notFound('team')
  await auditTeam(deps, actor, 'team.delete', { teamId, target: team.slug })
  await tellOfTeam(deps, teamId)
  return team
}

/** Only for who could delete it: the deleted team itself gives nobody any right. */
export async function restoreTeam(
  deps: Pick<Deps, 'db' | 'events'>,
  slug: string,
  person: Actor,
): Promise<Team> {
  const role = { in: roles.filter((one) => roleMay(one, 'team.delete')) }
  const [team] = await deps.db.team.updateManyAndReturn({
    where: { slug, deletedAt: { not: null }, members: { some: { userId: person.id, role } } },
    data: { deletedAt: null },
  })
  if (!team) throw notFound('deleted team')
  await auditTeam(deps, person, 'team.restore', { teamId: team.id, target: slug })
  await tellOfTeam(deps, team.id)
  return team
}

/** What the sweep does when the grace time is over. Instances and images end as orphans do. */
export async function removeDeletedTeams(
  deps: Pick<Deps, 'db' | 'events' | 'queue'>,
  now = Date.now(),
): Promise<string[]> {
  const over = { deletedAt: { lt: new Date(now - graceMs) } }
  const teams = await deps.db.team.findMany({
    where: over,
    include: { servers: { select: { id: true } } },
  })
  for (const team of teams) {
    for (const { id } of team.servers)
      await removeServer(deps, { teamId: team.id, serverId: id }, { id: 'sweep', name: 'Moorage' })
    await deps.db.team.deleteMany({ where: { id: team.id, ...over } })
  }
  return teams.map(({ id }) => id)
}
