import type { Tx } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { hashPassword } from 'better-auth/crypto'

/** A person who signs in with a password. To be called with the hash, which takes its time, outside `tx`. */
export async function createPasswordAccount(
  tx: Tx,
  input: { name: string; email: string; emailVerified: boolean; passwordHash: string },
): Promise<string> {
  const { name, emailVerified, passwordHash: password } = input
  const id = newId('usr')
  await tx.user.create({
    data: { id, name, email: input.email.toLowerCase(), emailVerified, updatedAt: new Date() },
  })
  await tx.authAccount.create({
    data: { id: newId('usr'), accountId: id, providerId: 'credential', userId: id, password },
  })
  return id
}

export { hashPassword }
