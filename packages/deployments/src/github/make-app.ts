import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { Actor, Deps } from '../deps.ts'
import { auditApp, findGithubApp, saveGithubApp } from './github-app.ts'
import type { GithubClient } from './github-client.ts'
import { openVisit, startVisit } from './visit.ts'

type MakeDeps = Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient }

/** What a browser posts to GitHub: `manifest` is the form's one field. */
export type AppForm = { action: string; manifest: string }

/**
 * Begins the making of the platform's App (docs.github.com, Registering a GitHub App from a
 * manifest): who posts this form to GitHub comes back to `finishMakingApp`.
 */
export async function startMakingApp(
  deps: MakeDeps,
  input: { userId: string; dashboardUrl: string; organization?: string | undefined },
): Promise<AppForm> {
  if (await findGithubApp(deps))
    throw new AppError('conflict', 'This platform has a GitHub App already.')
  const { dashboardUrl, organization, userId } = input
  const state = await startVisit(deps, { userId, teamId: null })
  const owner = organization ? `/organizations/${encodeURIComponent(organization)}` : ''
  return {
    action: `${deps.github.url}${owner}/settings/apps/new?state=${state}`,
    manifest: JSON.stringify(manifestOf(dashboardUrl)),
  }
}

function manifestOf(dashboardUrl: string): Record<string, unknown> {
  const { host, hostname } = new URL(dashboardUrl)
  const back = `${dashboardUrl}/api/github/back`
  // GitHub refuses an address that it cannot send to; then branches are looked at instead.
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  const hook = { hook_attributes: { url: `${dashboardUrl}/api/github/webhook`, active: true } }
  return {
    // GitHub takes 34 characters.
    name: `Moorage ${host}`.slice(0, 34),
    url: dashboardUrl,
    description: 'Deploys MCP servers from your repositories.',
    redirect_url: `${dashboardUrl}/api/github/made`,
    callback_urls: [back],
    setup_url: back,
    public: true,
    // Which members own an organization: nobody else may connect it.
    default_permissions: {
      ...{ metadata: 'read', contents: 'read', members: 'read' },
      ...{ statuses: 'write', deployments: 'write', pull_requests: 'write' },
    },
    default_events: isLocal ? [] : ['push', 'pull_request'],
    ...(isLocal ? {} : hook),
  }
}

const convertedSchema = z.object({
  id: z.number(),
  slug: z.string(),
  name: z.string(),
  html_url: z.url(),
  client_id: z.string(),
  client_secret: z.string(),
  pem: z.string(),
  webhook_secret: z.string().nullish(),
})

/** Exchanges the code that GitHub sent back for the App's keys, once. */
export async function finishMakingApp(
  deps: MakeDeps,
  { state, code, actor }: { state: string; code: string; actor: Actor },
): Promise<void> {
  const visit = await openVisit(deps, { state, userId: actor.id })
  if (visit.teamId !== null) throw new AppError('forbidden', 'This visit was for another thing.')
  const { count } = await deps.db.githubVisit.deleteMany({ where: { id: visit.id } })
  if (count === 0) throw new AppError('conflict', 'This way back was gone already.')
  const made = await deps.github.ask({
    method: 'POST',
    path: `/app-manifests/${encodeURIComponent(code)}/conversions`,
    schema: convertedSchema,
  })
  await saveGithubApp(deps, {
    ...{ appId: made.id, slug: made.slug, name: made.name, page: made.html_url },
    ...{ clientId: made.client_id, clientSecret: made.client_secret, privateKey: made.pem },
    webhookSecret: made.webhook_secret ?? null,
  })
  await auditApp(deps, actor, 'github-app.make')
}
