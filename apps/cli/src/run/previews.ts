import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import { seeThrough } from '../see-through.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { server?: string; wait?: boolean }

export async function listPreviews(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const previews = await api.previews.list.query({ slug })
  if (terminal.json) return terminal.printJson(previews)
  if (previews.length === 0)
    return terminal.note(`"${slug}" has no preview. A branch becomes one: git push moorage BRANCH`)
  printTable(
    terminal,
    ['NAME', 'STATE', 'URL', 'FROM', 'COMMIT', 'DEPLOYED'],
    previews.map(({ name, state, url, ref, request, fork, latest, pendingSha }) => [
      name,
      state === 'waiting' ? 'waits for approval' : state,
      url,
      fork ? `#${request ?? ''} of ${fork}` : ref,
      (pendingSha ?? latest?.commitSha ?? '').slice(0, 7),
      latest ? ago(latest.createdAt) : '',
    ]),
  )
}

export async function removePreview(session: Session, name: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const answer = await api.previews.remove.mutate({ slug, name })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${slug}--${name} is removed.`)
}

export async function promotePreview(session: Session, name: string, flags: Flags): Promise<void> {
  const slug = await chooseSlug(session, flags.server)
  const { id } = await session.api.previews.promote.mutate({ slug, name })
  await seeThrough(session, { id, slug, wait: flags.wait ?? true })
}

export async function approvePreview(
  session: Session,
  name: string,
  flags: Flags & { commit: string },
): Promise<void> {
  const { api } = session
  const slug = await chooseSlug(session, flags.server)
  const previews = await api.previews.list.query({ slug })
  const commitSha = previews.find((one) => one.name === name)?.pendingSha
  if (!commitSha || flags.commit.length < 7 || !commitSha.startsWith(flags.commit.toLowerCase()))
    throw new CliError(`${flags.commit} is not what waits for approval in "${name}".`, {
      hint: `moorage previews ${slug}   (give seven digits of the commit at least)`,
    })
  const { id } = await api.previews.approve.mutate({ slug, name, commitSha })
  await seeThrough(session, { id, slug, wait: flags.wait ?? true })
}
