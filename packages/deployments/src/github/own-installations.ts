import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { GithubApp } from './github-app.ts'
import type { GithubClient } from './github-client.ts'
import type { FoundInstallation } from './visit.ts'

const userSchema = z.object({ id: z.number(), login: z.string() })
const accountSchema = z.object({ id: z.number(), login: z.string(), type: z.string() })
const installationsSchema = z.object({
  installations: z.array(
    z.object({
      id: z.number(),
      /** An enterprise has no login; nothing is deployed from one. */
      account: accountSchema.nullable().catch(null),
      suspended_at: z.string().nullish(),
    }),
  ),
})
type Seen = {
  installationId: number
  account: z.infer<typeof accountSchema>
  isSuspended: boolean
}

/**
 * Exchanges the code that a person brought from GitHub for their token, asks with it what they may
 * see, and gives what is theirs of it: on their own account, or on an organization that they own. A
 * collaborator on one repository sees an installation too, and must not open all of its repositories
 * to a team. The token is thrown away.
 */
export async function ownInstallations(
  github: GithubClient,
  app: GithubApp,
  code: string,
): Promise<FoundInstallation[]> {
  const token = await userToken(github, app, code)
  const person = await github.ask({ path: '/user', token, schema: userSchema })
  const seen = await github.askAll(
    { path: '/user/installations', token, schema: installationsSchema },
    (page) => page.installations,
  )
  const own: FoundInstallation[] = []
  for (const { id: installationId, account, suspended_at } of seen) {
    const isSuspended = Boolean(suspended_at)
    if (account && (await isOwn(github, app, { installationId, account, isSuspended }, person)))
      own.push({ installationId, account: account.login, isSuspended })
  }
  return own
}

const tokenSchema = z.object({ access_token: z.string() })

async function userToken(github: GithubClient, app: GithubApp, code: string): Promise<string> {
  const { access_token } = await github.ask({
    method: 'POST',
    path: `${github.url}/login/oauth/access_token`,
    body: { client_id: app.clientId, client_secret: app.clientSecret, code },
    schema: tokenSchema,
  })
  return access_token
}

const membershipSchema = z.object({ role: z.string(), state: z.string() })

async function isOwn(
  github: GithubClient,
  app: GithubApp,
  { installationId, account, isSuspended }: Seen,
  person: z.infer<typeof userSchema>,
): Promise<boolean> {
  if (account.type !== 'Organization') return account.id === person.id
  if (isSuspended) return false
  try {
    const permissions = { members: 'read' }
    const membership = await github.ask({
      path: `/orgs/${encodeURIComponent(account.login)}/memberships/${encodeURIComponent(person.login)}`,
      token: await github.installationToken(app, installationId, { permissions }),
      schema: membershipSchema,
    })
    return membership.role === 'admin' && membership.state === 'active'
  } catch (error) {
    if (error instanceof AppError && error.code !== 'unavailable') return false
    throw error
  }
}
