import type { ServerDetails } from '../api.ts'
import { CliError } from '../cli-error.ts'
import type { DescribedSource } from '../described-source.ts'
import { setVariables } from '../env-flags.ts'
import { findServer } from '../find-server.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'

type Flags = { server?: string; wait?: boolean }

/** Makes a server without a repository, or gives it what was described, and sees its deployment through. */
export async function deployFromSettings(
  session: Session,
  source: DescribedSource,
  flags: Flags,
): Promise<void> {
  const slug = flags.server ?? source.slug
  if (!slug)
    throw new CliError('Nothing here says what the server is called.', {
      exitCode: 2,
      hint: 'Choose a name with --server.',
    })
  const there = await findServer(session, slug)
  if (there?.source === 'git' && !flags.server)
    throw new CliError(`"${slug}" exists, and comes from a repository.`, {
      exitCode: 2,
      hint: `Choose another name with --server, or say that you mean it: --server ${slug}`,
    })
  const described = { source: 'settings' as const, settings: source.settings }
  const id = there
    ? await change(session, there, source)
    : (
        await session.api.servers.create.mutate({
          slug,
          ...described,
          env: source.env,
          ...(source.document === null ? {} : { document: source.document }),
        })
      ).latest?.id
  if (id) await seeThrough(session, { id, slug, wait: flags.wait ?? true })
}

async function change(
  session: Session,
  { slug }: ServerDetails,
  { settings, document, env }: DescribedSource,
): Promise<string> {
  await setVariables(session, slug, env)
  await session.api.servers.update.mutate({ slug, source: 'settings', settings, document })
  return (await session.api.deployments.create.mutate({ slug })).id
}
