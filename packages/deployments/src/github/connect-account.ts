import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'
import { type GithubApp, githubApp } from './github-app.ts'
import type { GithubClient } from './github-client.ts'
import { type FoundInstallation, foundSchema, openVisit, startVisit } from './visit.ts'

type ConnectDeps = Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient }

/** Where a person goes to show GitHub who they are, and where to install the App on an account. */
export async function startConnecting(
  deps: ConnectDeps,
  { userId, teamId }: { userId: string; teamId: string },
): Promise<{ authorizeUrl: string; installUrl: string }> {
  const app = await githubApp(deps)
  const state = await startVisit(deps, { userId, teamId })
  const install = `${deps.github.url}/apps/${encodeURIComponent(app.slug)}/installations/new`
  return {
    authorizeUrl: authorizeUrl(deps.github, app, state),
    installUrl: `${install}?state=${state}`,
  }
}

/** Who comes back from installing has shown nothing yet: whatever the address says, GitHub is asked. */
export async function authorizeAgain(
  deps: ConnectDeps,
  { state, userId }: { state: string; userId: string },
): Promise<string> {
  await openVisit(deps, { state, userId })
  return authorizeUrl(deps.github, await githubApp(deps), state)
}

function authorizeUrl(github: GithubClient, { clientId }: GithubApp, state: string): string {
  const query = new URLSearchParams({ client_id: clientId, state })
  return `${github.url}/login/oauth/authorize?${query}`
}

/**
 * Exchanges the code for the person's own token, asks with it which installations are theirs, and
 * keeps the answer for `connectAccount`; the token is thrown away. Gives the id of the visit.
 */
export async function findInstallations(
  deps: ConnectDeps,
  { state, code, userId }: { state: string; code: string; userId: string },
): Promise<string> {
  const visit = await openVisit(deps, { state, userId })
  const app = await githubApp(deps)
  if (visit.teamId === null) throw new AppError('forbidden', 'This visit was for another thing.')
  const token = await userToken(deps.github, app, code)
  const found = await ownInstallations(deps.github, app, token)
  await deps.db.githubVisit.update({ where: { id: visit.id }, data: { found } })
  return visit.id
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

const userSchema = z.object({ id: z.number(), login: z.string() })
const installationsSchema = z.object({
  installations: z.array(
    z.object({
      id: z.number(),
      account: z.object({ id: z.number(), login: z.string(), type: z.string() }),
      suspended_at: z.string().nullish(),
    }),
  ),
})
type Installation = z.infer<typeof installationsSchema>['installations'][number]

/**
 * Of those that the person may see, those that are theirs: on their own account, or on an
 * organization that they own. A collaborator on one repository sees an installation too, and must
 * not open all of its repositories to a team.
 */
async function ownInstallations(
  github: GithubClient,
  app: GithubApp,
  token: string,
): Promise<FoundInstallation[]> {
  const person = await github.ask({ path: '/user', token, schema: userSchema })
  const seen = await github.askAll(
    { path: '/user/installations', token, schema: installationsSchema },
    (page) => page.installations,
  )
  const own: FoundInstallation[] = []
  for (const one of seen) {
    if (!(await isOwn(github, app, one, person))) continue
    const { id: installationId, account, suspended_at } = one
    own.push({ installationId, account: account.login, isSuspended: Boolean(suspended_at) })
  }
  return own
}

const membershipSchema = z.object({ role: z.string(), state: z.string() })

async function isOwn(
  github: GithubClient,
  app: GithubApp,
  { id, account, suspended_at }: Installation,
  person: z.infer<typeof userSchema>,
): Promise<boolean> {
  if (account.type !== 'Organization') return account.id === person.id
  if (suspended_at) return false
  try {
    const permissions = { members: 'read' }
    const membership = await github.ask({
      path: `/orgs/${encodeURIComponent(account.login)}/memberships/${encodeURIComponent(person.login)}`,
      token: await github.installationToken(app, id, { permissions }),
      schema: membershipSchema,
    })
    return membership.role === 'admin' && membership.state === 'active'
  } catch (error) {
    if (error instanceof AppError && error.code !== 'unavailable') return false
    throw error
  }
}

/** What `findInstallations` has found for this visit. */
export async function foundInstallations(
  { db }: Pick<Deps, 'db'>,
  of: { id: string; userId: string; teamId: string },
): Promise<FoundInstallation[]> {
  const where = { ...of, expiresAt: { gt: new Date() } }
  const visit = await db.githubVisit.findFirst({ where })
  return foundSchema.safeParse(visit?.found).data ?? []
}

/** The team may deploy the repositories of this installation from now on. Throws `conflict`. */
export async function connectAccount(
  deps: Pick<Deps, 'db'>,
  input: { visitId: string; teamId: string; installationId: number },
  actor: Actor,
): Promise<void> {
  const { visitId: id, teamId, installationId } = input
  const found = await foundInstallations(deps, { id, userId: actor.id, teamId })
  const one = found.find((installation) => installation.installationId === installationId)
  if (!one)
    throw new AppError('conflict', 'GitHub did not say that this account is yours.', {
      hint: 'Begin again on the page Team, GitHub.',
    })
  const { account } = one
  await deps.db.githubInstallation.upsert({
    where: { teamId_installationId: { teamId, installationId } },
    create: { id: newId('ghi'), teamId, installationId, account },
    update: { account, suspendedAt: null },
  })
  await auditTeam(deps, actor, 'github.connect', { teamId, target: account })
}

export async function disconnectAccount(
  deps: Pick<Deps, 'db'>,
  { teamId, id }: { teamId: string; id: string },
  actor: Actor,
): Promise<void> {
  const row = await deps.db.githubInstallation.findFirst({ where: { id, teamId } })
  if (!row) throw new AppError('not_found', 'This team has no such account at GitHub.')
  await deps.db.githubInstallation.deleteMany({ where: { id, teamId } })
  await auditTeam(deps, actor, 'github.disconnect', { teamId, target: row.account })
}
