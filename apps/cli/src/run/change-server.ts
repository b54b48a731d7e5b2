import type { ApiInputs } from '@moorage/api/app-router'
import { CliError } from '../cli-error.ts'
import { ask } from '../prompt.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'
import { printServer } from './servers.ts'

type Flags = {
  name?: string
  repo?: string
  branch?: string
  root?: string
  team?: string
  access?: NonNullable<ApiInputs['servers']['update']['access']>
}

type Pushing = NonNullable<ApiInputs['servers']['update']['pushing']>

type UpdateFlags = Flags & {
  previews?: NonNullable<Pushing['previews']>
  maxPreviews?: number
  previewDays?: number
  watch?: string[]
  checkBranch?: boolean
  approveTools?: boolean
}

export async function createServer(session: Session, slug: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const server = await api.servers.create.mutate({
    slug,
    ...(flags.repo ? { repoUrl: flags.repo } : {}),
    ...settings(flags),
    ...(flags.team ? { team: flags.team } : {}),
  })
  if (server.latest) return seeThrough(session, { id: server.latest.id, slug, wait: true })
  if (terminal.json) return terminal.printJson(server)
  printServer(session, server)
  terminal.note(
    server.deployKeyPublic
      ? `Add the deploy key to its repository, then: moorage deployments create ${slug}`
      : `To deploy it: moorage deploy --server ${slug}`,
  )
}

export async function updateServer(
  session: Session,
  slug: string,
  flags: UpdateFlags,
): Promise<void> {
  const pushing = pushingOf(flags)
  const change = {
    ...settings(flags),
    ...(Object.keys(pushing).length > 0 ? { pushing } : {}),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.repo === undefined ? {} : { repoUrl: flags.repo || null }),
  }
  if (Object.keys(change).length === 0)
    throw new CliError('Nothing to change.', { exitCode: 2, hint: 'moorage servers update --help' })
  const server = await session.api.servers.update.mutate({ slug, ...change })
  if (session.terminal.json) return session.terminal.printJson(server)
  printServer(session, server)
}

export async function deleteServer(
  { api, terminal }: Session,
  slug: string,
  flags: { confirm?: string },
): Promise<void> {
  const confirm =
    flags.confirm ??
    (terminal.interactive
      ? await ask(`This deletes "${slug}", its history, keys and logs. Type its name: `)
      : '')
  if (confirm !== slug)
    throw new CliError(`"${slug}" was not deleted.`, { exitCode: 2, hint: `--confirm ${slug}` })
  const answer = await api.servers.remove.mutate({ slug, confirm })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${slug} is deleted.`)
}

function settings(flags: Flags) {
  return {
    ...(flags.branch === undefined ? {} : { branch: flags.branch }),
    ...(flags.root === undefined ? {} : { rootDir: flags.root }),
    ...(flags.access === undefined ? {} : { access: flags.access }),
  }
}

function pushingOf(flags: UpdateFlags): Pushing {
  const { previews, maxPreviews, previewDays, watch, checkBranch, approveTools } = flags
  return {
    ...(previews === undefined ? {} : { previews }),
    ...(maxPreviews === undefined ? {} : { maxPreviews }),
    ...(previewDays === undefined ? {} : { previewDays }),
    ...(watch === undefined ? {} : { watchPaths: watch.filter(Boolean) }),
    ...(checkBranch === undefined ? {} : { checkBranch }),
    ...(approveTools === undefined ? {} : { approveTools }),
  }
}
