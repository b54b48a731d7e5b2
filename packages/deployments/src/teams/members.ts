import { revokeKeysOf } from '@moorage/access/api-key'
import { notFound } from '@moorage/access/principal'
import type { Db, Tx } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import type { Role } from '@moorage/domain/permission'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

type About = { teamId: string; userId: string }
type TeamDeps = Pick<Deps, 'db' | 'events'>

/** `mayOwn`: whether the actor may make and unmake owners. */
export async function changeRole(
  deps: TeamDeps,
  input: About & { role: Role; mayOwn: boolean },
  actor: Actor,
): Promise<void> {
  const { teamId, userId, role } = input
  const before = await withMember(deps.db, input, async (tx, present) => {
    if (present === 'owner' || role === 'owner') checkMayOwn(input.mayOwn)
    if (present === 'owner' && role !== 'owner') await checkNotLastOwner(tx, teamId)
    await setRole(tx, input, role)
    return present
  })
  await auditTeam(deps, actor, 'member.change', { teamId, target: userId }, { before, role })
  await deps.events.publish({ type: 'person', userId })
}

/** The keys and invitations that they have made, and what they handed to its servers, end with their membership. Leaving is removing oneself. */
export async function removeMember(
  deps: TeamDeps,
  input: About & { mayOwn: boolean },
  actor: Actor,
): Promise<void> {
  const { teamId, userId } = input
  const isLeaving = actor.id === userId
  const keyIds = await withMember(deps.db, input, async (tx, present) => {
    if (present === 'owner') {
      if (!isLeaving) checkMayOwn(input.mayOwn)
      await checkNotLastOwner(tx, teamId)
    }
    await tx.member.delete({ where: { teamId_userId: { teamId, userId } } })
    await tx.callerSecret.deleteMany({ where: { userId, server: { teamId } } })
    await tx.invitation.updateMany({
      where: { teamId, invitedById: userId, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    })
    return revokeKeysOf(tx, { teamId, userId })
  })
  await deps.events.publish({ type: 'person', userId })
  for (const keyId of keyIds) await deps.events.publish({ type: 'key', keyId })
  const action = isLeaving ? 'member.leave' : 'member.remove'
  await auditTeam(deps, actor, action, { teamId, target: userId }, { keys: keyIds.length })
}

/** Gives one's ownership to another member, and is an admin from then on. */
export async function transferOwnership(
  deps: TeamDeps,
  input: { teamId: string; to: string },
  owner: Actor,
): Promise<void> {
  const { teamId, to } = input
  if (to === owner.id) throw new AppError('bad_input', 'You are the owner already.')
  await withMember(deps.db, { teamId, userId: to }, async (tx) => {
    await setRole(tx, { teamId, userId: to }, 'owner')
    const stepped = await tx.member.updateMany({
      where: { teamId, userId: owner.id, role: 'owner' },
      data: { role: 'admin' },
    })
    if (stepped.count !== 1)
      throw new AppError('conflict', 'You are not an owner of this team any more.')
  })
  await auditTeam(deps, owner, 'team.transfer', { teamId, target: to })
  for (const userId of [to, owner.id]) await deps.events.publish({ type: 'person', userId })
}

/** One change of a team's members at a time, so that the last owner cannot slip away between two. */
function withMember<Result>(
  db: Db,
  { teamId, userId }: About,
  change: (tx: Tx, role: Role) => Promise<Result>,
): Promise<Result> {
  return db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM "Team" WHERE id = ${teamId} FOR UPDATE`
    const member = await tx.member.findUnique({ where: { teamId_userId: { teamId, userId } } })
    if (!member) throw notFound('member')
    return change(tx, member.role)
  })
}

async function setRole(tx: Tx, { teamId, userId }: About, role: Role): Promise<void> {
  await tx.member.update({ where: { teamId_userId: { teamId, userId } }, data: { role } })
}

async function checkNotLastOwner(tx: Tx, teamId: string): Promise<void> {
  if ((await tx.member.count({ where: { teamId, role: 'owner' } })) > 1) return
  throw new AppError('conflict', 'This is the last owner of the team.', {
    hint: 'Make another member an owner first, or delete the team.',
  })
}

function checkMayOwn(mayOwn: boolean): void {
  if (mayOwn) return
  throw new AppError('forbidden', 'Only an owner makes or changes owners.', {
    hint: 'Ask an owner of the team.',
  })
}
