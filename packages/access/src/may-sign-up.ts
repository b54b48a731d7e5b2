import type { Db } from '@moorage/db/client'

/**
 * Whether a new account may be made for this address: where anyone may, or it was invited and the
 * invitation is open. What it then may is another matter: the invitation itself is still to be accepted.
 */
export async function maySignUp(
  { db, openSignUp }: { db: Db; openSignUp: boolean },
  email: string,
): Promise<boolean> {
  if (openSignUp) return true
  const open = await db.invitation.count({
    where: {
      email: email.toLowerCase(),
      ...{ acceptedAt: null, revokedAt: null, expiresAt: { gt: new Date() } },
      team: { deletedAt: null },
    },
  })
  return open > 0
}
