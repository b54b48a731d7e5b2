import { createHash, randomBytes } from 'node:crypto'
import { notFound } from '@moorage/access/principal'
import type { Invitation } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Role } from '@moorage/domain/permission'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

const lifeMs = 7 * 24 * 3600 * 1000

/** SHA-256 in hex; the token has 192 random bits. */
export function hashInvitation(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Good and not used up. */
export function openInvitation(now = new Date()) {
  return { acceptedAt: null, revokedAt: null, expiresAt: { gt: now }, team: { deletedAt: null } }
}

/** A new invitation replaces the last one to the same address. The token is in the answer and nowhere else. */
export async function invite(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; email: string; role: Role; mailed: boolean },
  actor: Actor,
): Promise<{ token: string; invitation: Invitation }> {
  const { teamId, role, mailed } = input
  const email = input.email.toLowerCase()
  if (await deps.db.member.findFirst({ where: { teamId, user: { email } } }))
    throw new AppError('conflict', `${email} is a member of this team already.`, {
      hint: 'Change the role in the list of members.',
    })
  const token = randomBytes(24).toString('base64url')
  const [, invitation] = await deps.db.$transaction([
    deps.db.invitation.updateMany({
      where: { teamId, email, acceptedAt: null, revokedAt: null },
      data: { revokedAt: new Date() },
    }),
    deps.db.invitation.create({
      data: {
        id: newId('inv'),
        ...{ teamId, email, role, mailed },
        hash: hashInvitation(token),
        invitedById: actor.id,
        expiresAt: new Date(Date.now() + lifeMs),
      },
    }),
  ])
  await auditTeam(deps, actor, 'member.invite', { teamId, target: email }, { role })
  return { token, invitation }
}

/** Its link is good for nothing from now on. Throws `not_found` where it was used or withdrawn. */
export async function revokeInvitation(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; id: string },
  actor: Actor,
): Promise<void> {
  const [row] = await deps.db.invitation.updateManyAndReturn({
    where: { ...input, acceptedAt: null, revokedAt: null },
    data: { revokedAt: new Date() },
  })
  if (!row) throw notFound('open invitation')
  const about = { teamId: input.teamId, target: row.email }
  await auditTeam(deps, actor, 'member.uninvite', about)
}
