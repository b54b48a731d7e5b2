import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { deploymentId } from '../deployment-id.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'

type Flags = { to?: string; env?: 'today' | 'deployment'; wait?: boolean }

export async function rollback(
  session: Session,
  named: string | undefined,
  flags: Flags,
): Promise<void> {
  const slug = await chooseSlug(session, named)
  const to = flags.to === undefined ? undefined : await deploymentId(session, flags.to, slug)
  const env = flags.env ?? 'today'
  const made = await session.api.deployments.rollback.mutate({ slug, env, ...(to ? { to } : {}) })
  session.terminal.note(
    env === 'today' ? 'With the variables of today.' : 'With the variables that it ran with.',
  )
  await seeThrough(session, { id: made.id, slug, wait: flags.wait ?? true })
}

/** A new instance of what is live, with today's variables. */
export async function restart(
  session: Session,
  named: string | undefined,
  flags: Flags,
): Promise<void> {
  const slug = await chooseSlug(session, named)
  const server = await session.api.servers.get.query({ slug })
  if (!server.live)
    throw new CliError(`Nothing of "${slug}" is live.`, {
      hint: `moorage deployments list ${slug}`,
    })
  const made = await session.api.deployments.rollback.mutate({ slug, to: server.live.id })
  await seeThrough(session, { id: made.id, slug, wait: flags.wait ?? true })
}
