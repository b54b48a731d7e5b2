import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import { readSecret } from '../prompt.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'
import { restart } from './rollback.ts'

type Flags = {
  server?: string
  scope: 'production' | 'preview'
  branch?: string
  readable?: boolean
  redeploy?: boolean
}

export async function listEnv(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const variables = await api.env.list.query({ slug })
  if (terminal.json) return terminal.printJson(variables)
  if (variables.length === 0)
    return terminal.note(`"${slug}" has no variables: moorage env set KEY=VALUE --server ${slug}`)
  printTable(
    terminal,
    ['NAME', 'VALUE', 'SCOPE', 'VERSION', 'SET'],
    variables.map((it) => [
      it.key,
      it.value ?? '(write-only)',
      it.branch ? `${it.scope} of ${it.branch}` : it.scope,
      String(it.version),
      ago(it.updatedAt),
    ]),
  )
}

export async function setEnv(session: Session, variables: string[], flags: Flags): Promise<void> {
  const { api, terminal } = session
  const unnamed = variables.filter((text) => !text.includes('='))
  if (unnamed.length > 1 && !terminal.interactive)
    throw new CliError('Only one value can be read from stdin.', {
      exitCode: 2,
      hint: 'Set them one after the other.',
    })
  const slug = await chooseSlug(session, flags.server)
  const keys: string[] = []
  for (const text of variables) {
    const at = text.indexOf('=')
    const key = at < 0 ? text : text.slice(0, at)
    const value = at < 0 ? await readSecret(session.terminal, `${key}: `) : text.slice(at + 1)
    const writeOnly = !flags.readable
    await api.env.set.mutate({ slug, key, value, ...placeOf(flags), writeOnly })
    keys.push(key)
  }
  if (flags.redeploy) return restart(session, slug, {})
  if (terminal.json) return terminal.printJson({ slug, set: keys })
  terminal.print(`Set on ${slug}: ${keys.join(', ')}`)
  terminal.note(`Counts from the next deployment on; now, without a build: moorage restart ${slug}`)
}

export async function unsetEnv(session: Session, keys: string[], flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  for (const key of keys) await api.env.unset.mutate({ slug, key, ...placeOf(flags) })
  if (flags.redeploy) return restart(session, slug, {})
  if (terminal.json) return terminal.printJson({ slug, unset: keys })
  terminal.print(`Unset on ${slug}: ${keys.join(', ')}`)
  terminal.note(`Counts from the next deployment on; now, without a build: moorage restart ${slug}`)
}

function placeOf({ scope, branch }: Flags) {
  return { scope, ...(branch === undefined ? {} : { branch }) }
}
