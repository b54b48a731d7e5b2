import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { changeSettings } from '../change-settings.ts'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { readStdin } from '../prompt.ts'
import type { Session } from '../session.ts'

type Flags = { set?: string[]; unset?: string[]; file?: string }

/** Shows what is settled about a server, or changes it. */
export async function settings(
  session: Session,
  named: string | undefined,
  flags: Flags,
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const server = await api.servers.get.query({ slug })
  if (!flags.set && !flags.unset && flags.file === undefined)
    return terminal.printJson(server.settings)
  const before = flags.file === undefined ? server.settings : await fromFile(session, flags.file)
  const changed = changeSettings(before, { set: flags.set ?? [], unset: flags.unset ?? [] })
  const saved = await api.servers.update.mutate({ slug, settings: changed })
  terminal.printJson(saved.settings)
  terminal.note(`Counts from the next deployment on: moorage deployments create ${slug}`)
}

async function fromFile({ cwd }: Session, file: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await readStdin() : readFileSync(resolve(cwd, file), 'utf8'))
  } catch (cause) {
    const why = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'
    throw new CliError(`${file} ${why}.`, { exitCode: 2, cause })
  }
}
