import { notFound } from '@moorage/access/principal'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { recordDelivery, textOf } from '../webhooks/receive-delivery.ts'
import { isSameRepository } from '../webhooks/same-repository.ts'
import { verifyDelivery } from '../webhooks/verify-delivery.ts'
import { findGithubApp } from './github-app.ts'

type Incoming = { headers: Headers; readBody: () => Promise<Uint8Array> }
type ReceiveDeps = Pick<Deps, 'db' | 'events' | 'encryptionKey'>

const aboutSchema = z.object({
  action: z.string().optional(),
  installation: z.object({ id: z.number() }).optional(),
  account: z.object({ login: z.string() }).optional(),
  repository: z.object({ clone_url: z.string() }).optional(),
})
type About = z.infer<typeof aboutSchema>

/**
 * What GitHub tells the App: of its installations, which is done at once, and of repositories, which
 * becomes a delivery for each team that has connected the account and deploys the repository. Gives
 * how many teams it was for.
 */
export async function receiveAppDelivery(
  deps: ReceiveDeps,
  { headers, readBody }: Incoming,
): Promise<{ teams: number }> {
  const app = await findGithubApp(deps)
  if (!app?.webhookSecret) throw notFound('webhook')
  const body = await readBody()
  const verified = verifyDelivery({ headers, body, secret: app.webhookSecret })
  const payload = textOf(headers, body)
  const about = readAbout(payload)
  const installationId = about.installation?.id
  if (installationId === undefined) return { teams: 0 }
  await followInstallation(deps, verified.event, installationId, about)
  const servers = about.repository
    ? await serversOf(deps, installationId, about.repository.clone_url)
    : []
  for (const serverId of servers) await recordDelivery(deps, { serverId, verified, body, payload })
  return { teams: servers.length }
}

function readAbout(payload: string): About {
  try {
    return aboutSchema.parse(JSON.parse(payload))
  } catch (cause) {
    throw new AppError('bad_input', 'This delivery cannot be read.', { cause })
  }
}

async function followInstallation(
  { db }: ReceiveDeps,
  event: string,
  installationId: number,
  { action, account }: About,
): Promise<void> {
  const where = { installationId }
  if (event === 'installation_target' && account)
    await db.githubInstallation.updateMany({ where, data: { account: account.login } })
  if (event !== 'installation') return
  if (action === 'deleted') await db.githubInstallation.deleteMany({ where })
  if (action === 'suspend')
    await db.githubInstallation.updateMany({ where, data: { suspendedAt: new Date() } })
  if (action === 'unsuspend')
    await db.githubInstallation.updateMany({ where, data: { suspendedAt: null } })
}

/** One server a team: a delivery is followed for all of the team's with the same repository. */
async function serversOf(
  { db }: ReceiveDeps,
  installationId: number,
  cloneUrl: string,
): Promise<string[]> {
  const connected = await db.githubInstallation.findMany({
    where: { installationId, suspendedAt: null, team: { deletedAt: null } },
    select: {
      team: {
        select: {
          servers: {
            where: { source: 'git', repoUrl: { not: null } },
            orderBy: { slug: 'asc' },
            select: { id: true, repoUrl: true },
          },
        },
      },
    },
  })
  return connected.flatMap(({ team }) => {
    const first = team.servers.find(({ repoUrl }) => isSameRepository(repoUrl ?? '', cloneUrl))
    return first ? [first.id] : []
  })
}
