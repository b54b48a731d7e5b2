import { createPasswordAccount, hashPassword } from '@moorage/access/password-account'
import type { Invitation, Team, Tx } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { auditTeam } from '../audit.ts'
import type { Deps } from '../deps.ts'
import { hashInvitation, openInvitation } from './invite.ts'

type TeamDeps = Pick<Deps, 'db' | 'events'>
type Invited = Invitation & { team: Team }

/** What the invitation is to, for who has its token; null where it is not good any more. */
export function findInvitation(deps: Pick<Deps, 'db'>, token: string): Promise<Invited | null> {
  return deps.db.invitation.findFirst({
    where: { hash: hashInvitation(token), ...openInvitation() },
    include: { team: true },
  })
}

/** Who is signed in joins, if it was their address that was invited. */
export async function acceptInvitation(
  deps: TeamDeps,
  token: string,
  person: { id: string; email: string },
): Promise<Team> {
  return join(deps, token, async (_tx, { email }) => {
    if (email === person.email.toLowerCase()) return person.id
    throw new AppError('forbidden', `This invitation is for ${email}.`, {
      hint: `You are signed in as ${person.email}. Sign out, and open the link again.`,
    })
  })
}

/** Makes the account of the invited address, and joins. Who has an account already signs in to it. */
export async function acceptWithNewAccount(
  deps: TeamDeps,
  token: string,
  input: { name: string; password: string },
): Promise<{ team: Team; email: string }> {
  const passwordHash = await hashPassword(input.password)
  let address = ''
  const team = await join(deps, token, async (tx, { email, mailed }) => {
    if (await tx.user.findUnique({ where: { email } }))
      throw new AppError('conflict', `${email} has an account already.`, {
        hint: 'Sign in, and open the link again.',
      })
    address = email
    const { name } = input
    return createPasswordAccount(tx, { name, email, emailVerified: mailed, passwordHash })
  })
  return { team, email: address }
}

/** Uses the invitation up, all or nothing. */
async function join(
  deps: TeamDeps,
  token: string,
  who: (tx: Tx, invitation: Invitation) => Promise<string>,
): Promise<Team> {
  const { userId, invitation } = await deps.db.$transaction(async (tx) => {
    const [used] = await tx.invitation.updateManyAndReturn({
      where: { hash: hashInvitation(token), ...openInvitation() },
      data: { acceptedAt: new Date() },
      include: { team: true },
    })
    if (!used)
      throw new AppError('not_found', 'This invitation was used, withdrawn, or is too old.', {
        hint: 'Ask for a new one.',
      })
    const userId = await who(tx, used)
    const { teamId, role } = used
    await tx.member.createMany({ data: [{ teamId, userId, role }], skipDuplicates: true })
    return { userId, invitation: used }
  })
  const { teamId, email, role, team } = invitation
  const actor = { id: userId, name: email }
  await auditTeam(deps, actor, 'member.join', { teamId, target: email }, { role })
  await deps.events.publish({ type: 'person', userId })
  return team
}
