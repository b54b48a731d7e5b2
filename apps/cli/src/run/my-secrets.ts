import { chooseSlug } from '../choose-slug.ts'
import { ago } from '../format.ts'
import { readSecret } from '../prompt.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

export async function listMySecrets(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const { secrets } = await api.mySecrets.list.query({ slug })
  if (terminal.json) return terminal.printJson(secrets)
  if (secrets.length === 0) return terminal.note(`"${slug}" asks nothing of its callers.`)
  printTable(
    terminal,
    ['NAME', 'SET', 'HEADER', 'WHAT IT IS'],
    secrets.map(({ name, updatedAt, header, description, url }) => [
      name,
      updatedAt ? ago(updatedAt) : 'no',
      header ?? '(not asked for any more)',
      [description, url].filter(Boolean).join(' '),
    ]),
  )
}

export async function setMySecret(
  session: Session,
  name: string,
  flags: { server?: string },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const value = await readSecret(terminal, `${name}: `)
  await api.mySecrets.set.mutate({ slug, name, value })
  if (terminal.json) return terminal.printJson({ slug, set: name })
  terminal.print(`Set for your calls of ${slug}: ${name}`)
  terminal.note('Counts at once.')
}

export async function removeMySecret(
  session: Session,
  name: string,
  flags: { server?: string },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  await api.mySecrets.remove.mutate({ slug, name })
  if (terminal.json) return terminal.printJson({ slug, removed: name })
  terminal.print(`Removed from your calls of ${slug}: ${name}`)
}
