import { chooseSlug } from '../choose-slug.ts'
import { ago } from '../format.ts'
import { readSecret } from '../prompt.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

export async function listBuildSecrets(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const secrets = await api.buildSecrets.list.query({ slug })
  if (terminal.json) return terminal.printJson(secrets)
  if (secrets.length === 0)
    return terminal.note(
      `Builds of "${slug}" have no secrets: moorage build-secrets set NPM_TOKEN --server ${slug}`,
    )
  printTable(
    terminal,
    ['NAME', 'SET'],
    secrets.map((it) => [it.name, ago(it.updatedAt)]),
  )
}

export async function setBuildSecret(
  session: Session,
  name: string,
  flags: { server?: string },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const value = await readSecret(terminal, `${name}: `)
  await api.buildSecrets.set.mutate({ slug, name, value })
  if (terminal.json) return terminal.printJson({ slug, set: name })
  terminal.print(`Set for builds of ${slug}: ${name}`)
  terminal.note(`Counts from the next build on: moorage deployments create ${slug}`)
}

export async function unsetBuildSecrets(
  session: Session,
  names: string[],
  flags: { server?: string },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  for (const name of names) await api.buildSecrets.unset.mutate({ slug, name })
  if (terminal.json) return terminal.printJson({ slug, unset: names })
  terminal.print(`Unset for builds of ${slug}: ${names.join(', ')}`)
}
