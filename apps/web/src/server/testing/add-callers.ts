import { createApiKey } from '@moorage/access/api-key'
import { createPasswordAccount, hashPassword } from '@moorage/access/password-account'
import { newId } from '@moorage/domain/id'
import { type Role, roles, type Scope, scopes } from '@moorage/domain/permission'
import type { WebDeps } from '../deps.ts'

/** `role` is null of a key and of nobody. */
export type Caller = {
  name: string
  role: Role | null
  isOfTeam: boolean
  scope: Scope | null
  userId: string | null
  headers: Record<string, string>
}

/** Nobody, every role of the team, another team's owner, and a key of the team with each scope. */
export async function addCallers(
  { deps, url }: { deps: WebDeps; url: string },
  { team, other }: { team: string; other: string },
): Promise<Caller[]> {
  const callers: Caller[] = [
    { name: 'nobody', role: null, isOfTeam: false, scope: null, userId: null, headers: {} },
  ]
  for (const role of roles)
    callers.push({ name: role, isOfTeam: true, ...(await signedIn(team, role)) })
  const owner = await signedIn(other, 'owner')
  callers.push({ name: "another team's owner", isOfTeam: false, ...owner })
  for (const scope of scopes) {
    const own = { teamId: team, serverId: null, expiresAt: null, createdById: null }
    const { key } = await createApiKey(deps, { ...own, name: scope, scopes: [scope] })
    const headers = { authorization: `Bearer ${key}` }
    const name = `a key of scope ${scope}`
    callers.push({ name, role: null, isOfTeam: true, scope, userId: null, headers })
  }
  return callers

  async function signedIn(teamId: string, role: Role) {
    const account = { email: `${newId('usr')}@example.com`, password: 'correct horse battery' }
    const passwordHash = await hashPassword(account.password)
    const person = { name: role, email: account.email, emailVerified: true, passwordHash }
    const userId = await deps.db.$transaction((tx) => createPasswordAccount(tx, person))
    await deps.db.member.create({ data: { teamId, userId, role } })
    const answer = await deps.auth.handler(
      new Request(`${url}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          // Sign-in is limited per address.
          'x-forwarded-for': `192.0.2.${callers.length}`,
          origin: url,
        },
        body: JSON.stringify(account),
      }),
    )
    const cookies = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0])
    return { role, scope: null, userId, headers: { cookie: cookies.join('; ') } }
  }
}
