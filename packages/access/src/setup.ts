import { createHash, randomBytes } from 'node:crypto'
import type { Db } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { createPasswordAccount, hashPassword } from './password-account.ts'

const settingKey = 'setup-token-hash'
const hash = (token: string) => createHash('sha256').update(token).digest('hex')

/** A new one-time token for the first person, or null where there is one already. Replaces the last. */
export async function issueSetupToken(deps: { db: Db }): Promise<string | null> {
  if ((await deps.db.user.count()) > 0) return null
  const token = randomBytes(24).toString('base64url')
  await deps.db.setting.upsert({
    where: { key: settingKey },
    create: { key: settingKey, value: hash(token) },
    update: { value: hash(token) },
  })
  return token
}

/** As long as nobody has an account. */
export async function setupIsOpen(deps: { db: Db }): Promise<boolean> {
  return (await deps.db.user.count()) === 0
}

/** Makes the first person, owner of the first team, and uses the token up, all or nothing. */
export async function completeSetup(
  deps: { db: Db },
  input: { token: string; name: string; email: string; password: string; teamName: string },
): Promise<{ userId: string }> {
  const passwordHash = await hashPassword(input.password)
  const userId = await deps.db.$transaction(async (tx) => {
    const used = await tx.setting.deleteMany({
      where: { key: settingKey, value: { equals: hash(input.token) } },
    })
    if (used.count !== 1 || (await tx.user.count()) > 0)
      throw new AppError(
        'forbidden',
        'This set-up link was used already, or is not the newest one.',
        {
          hint: 'The newest link is in the terminal where the platform was started.',
        },
      )
    const { name, email } = input
    const id = await createPasswordAccount(tx, { name, email, emailVerified: true, passwordHash })
    const team = await tx.team.findFirstOrThrow({ orderBy: { createdAt: 'asc' } })
    await tx.team.update({ where: { id: team.id }, data: { name: input.teamName } })
    await tx.member.create({ data: { teamId: team.id, userId: id, role: 'owner' } })
    return id
  })
  return { userId }
}
