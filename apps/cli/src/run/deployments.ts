import { toolChangesLine } from '@moorage/domain/tool-changes'
import { chooseSlug } from '../choose-slug.ts'
import { deploymentId } from '../deployment-id.ts'
import { deploymentResult, stepLine } from '../describe-deployment.ts'
import { ago, duration } from '../format.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'
import { plain } from '../terminal.ts'

export async function listDeployments(
  session: Session,
  named: string | undefined,
  flags: { limit: number; preview?: string },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const limit = Math.min(flags.limit, 100)
  const { preview } = flags
  const deployments = await api.deployments.list.query({
    slug,
    limit,
    ...(preview ? { preview } : {}),
  })
  if (terminal.json) return terminal.printJson(deployments)
  if (deployments.length === 0)
    return terminal.note(`Nothing of "${slug}" was deployed yet: moorage deploy --server ${slug}`)
  printTable(
    terminal,
    ['ID', 'STATUS', 'COMMIT', 'BY', 'TOOK', 'WHEN', 'MESSAGE'],
    deployments.map((it) => [
      it.shortId,
      it.status,
      it.commitSha?.slice(0, 7) ?? '',
      it.trigger,
      it.durationMs === null ? '' : duration(it.durationMs),
      ago(it.createdAt),
      (it.commitMessage ?? '').slice(0, 60),
    ]),
  )
}

export async function showDeployment(
  session: Session,
  text: string,
  flags: { server?: string; follow?: boolean },
): Promise<void> {
  const { api, terminal } = session
  const id = await deploymentId(session, text, flags.server)
  const deployment = await api.deployments.get.query({ id })
  const { slug } = deployment
  if (flags.follow) return seeThrough(session, { id, slug, wait: true })
  if (terminal.json) return terminal.printJson(deployment)
  const commit = deployment.commitSha?.slice(0, 7) ?? deployment.ref ?? ''
  terminal.print(
    `${terminal.colors.bold(deployment.shortId)} of ${slug}: ${deployment.status}, by ${deployment.trigger}, ${ago(deployment.createdAt)}`,
  )
  terminal.print(`  ${commit} ${plain(deployment.commitMessage ?? '')}`)
  for (const step of deployment.steps) terminal.print(stepLine(terminal, deployment, step))
  const changes = deployment.toolChanges && toolChangesLine(deployment.toolChanges)
  if (changes) terminal.print(`  tools ${plain(changes)}`)
  if (deployment.awaitsApproval) terminal.print('  waits for somebody to agree to its tools')
  if (deployment.env?.length)
    terminal.print(
      `  variables ${deployment.env.map(({ key, version }) => `${key} v${version}`).join(', ')}`,
    )
  if (deployment.pinned) terminal.print('  pinned: its image is kept for good')
  const server = await api.servers.get.query({ slug })
  if (deployment.status !== 'retired')
    for (const line of deploymentResult(session, server, deployment)) terminal.print(line)
}

export async function createDeployment(
  session: Session,
  named: string | undefined,
  flags: { ref?: string; wait?: boolean },
): Promise<void> {
  const slug = await chooseSlug(session, named)
  const ref = flags.ref === undefined ? {} : { ref: flags.ref }
  const made = await session.api.deployments.create.mutate({ slug, ...ref })
  await seeThrough(session, { id: made.id, slug, wait: flags.wait ?? true })
}

export async function cancelDeployment(
  session: Session,
  text: string,
  flags: { server?: string },
): Promise<void> {
  const { api, terminal } = session
  const id = await deploymentId(session, text, flags.server)
  const deployment = await api.deployments.cancel.mutate({ id })
  if (terminal.json) return terminal.printJson(deployment)
  const done = deployment.status === 'canceled' ? 'is canceled' : 'is told to stop'
  terminal.print(`${deployment.shortId} of ${deployment.slug} ${done}.`)
}

export async function pinDeployment(
  session: Session,
  text: string,
  flags: { server?: string; pinned: boolean },
): Promise<void> {
  const { api, terminal } = session
  const id = await deploymentId(session, text, flags.server)
  const deployment = await api.deployments.pin.mutate({ id, pinned: flags.pinned })
  if (terminal.json) return terminal.printJson(deployment)
  terminal.print(
    `${deployment.shortId} of ${deployment.slug} ${flags.pinned ? 'is pinned' : 'is not pinned any more'}.`,
  )
}

export async function approveDeployment(
  session: Session,
  text: string,
  flags: { server?: string },
): Promise<void> {
  const id = await deploymentId(session, text, flags.server)
  const { slug } = await session.api.deployments.approve.mutate({ id })
  await seeThrough(session, { id, slug, wait: true })
}
