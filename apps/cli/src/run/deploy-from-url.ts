import { slugFrom } from '@moorage/domain/slug'
import type { ServerDetails } from '../api.ts'
import { CliError } from '../cli-error.ts'
import { setVariables } from '../env-flags.ts'
import { findServer } from '../find-server.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'

type Flags = {
  server?: string
  branch?: string
  /** For a new server, where no branch was asked for. */
  defaultBranch?: string
  root?: string
  wait?: boolean
  env: Record<string, string>
}

/** Makes a server from a git URL; where it is there with that URL already, deploys it again. */
export async function deployFromUrl(
  session: Session,
  repoUrl: string,
  flags: Flags,
): Promise<void> {
  const slug = flags.server ?? slugFrom(repoUrl)
  if (!slug)
    throw new CliError('The repository has no name that a server could have.', {
      exitCode: 2,
      hint: 'Choose one with --server.',
    })
  const there = await findServer(session, slug)
  const again = there?.repoUrl === repoUrl && flags.branch === undefined && flags.root === undefined
  const id = again
    ? await deployAgain(session, slug, flags.env)
    : await create(session, slug, repoUrl, flags)
  if (id) await seeThrough(session, { id, slug, wait: flags.wait ?? true })
}

async function deployAgain(
  session: Session,
  slug: string,
  env: Record<string, string>,
): Promise<string> {
  await setVariables(session, slug, env)
  return (await session.api.deployments.create.mutate({ slug })).id
}

async function create(
  session: Session,
  slug: string,
  repoUrl: string,
  flags: Flags,
): Promise<string | null> {
  const branch = flags.branch ?? flags.defaultBranch
  const server = await session.api.servers.create.mutate({
    slug,
    repoUrl,
    env: flags.env,
    ...(branch ? { branch } : {}),
    ...(flags.root ? { rootDir: flags.root } : {}),
  })
  if (server.latest) return server.latest.id
  tellDeployKey(session, server)
  return null
}

/** An ssh repository is not fetched before its owner has let the platform in. */
function tellDeployKey({ terminal }: Session, server: ServerDetails): void {
  if (terminal.json) {
    terminal.printJson({ slug: server.slug, url: server.url, server })
    return
  }
  terminal.print(`${server.slug} is made. Add this read-only deploy key to its repository:`)
  terminal.print(`  ${server.deployKeyPublic ?? ''}`)
  terminal.print(`Then: moorage deployments create ${server.slug}`)
}
