import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'
import { type GithubApp, githubApp } from './github-app.ts'
import type { GithubClient } from './github-client.ts'
import { ownInstallations } from './own-installations.ts'
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

/** Asks GitHub which installations are theirs, and keeps the answer for `connectAccount`. Gives the id of the visit. */
export async function findInstallations(
  deps: ConnectDeps,
  { state, code, userId }: { state: string; code: string; userId: string },
): Promise<string> {
  const visit = await openVisit(deps, { state, userId })
  const app = await githubApp(deps)
  if (visit.teamId === null) throw new AppError('forbidden', 'This visit was for another thing.')
  const found = await ownInstallations(deps.github, app, code)
  await deps.db.githubVisit.update({ where: { id: visit.id }, data: { found } })
  return visit.id
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
  const state = { account, suspendedAt: one.isSuspended ? new Date() : null }
  await deps.db.githubInstallation.upsert({
    where: { teamId_installationId: { teamId, installationId } },
    create: { id: newId('ghi'), teamId, installationId, ...state },
    update: state,
  })
  await auditTeam(deps, actor, 'github.connect', { teamId, target: account })
}

/** For this team; at GitHub the App stays installed. Throws `not_found`. */
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
