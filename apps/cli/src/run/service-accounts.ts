import type { Role } from '@moorage/domain/permission'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { team?: string }

export async function listAccounts({ api, terminal }: Session, flags: Flags): Promise<void> {
  const accounts = await api.serviceAccounts.list.query(target(flags))
  if (terminal.json) return terminal.printJson(accounts)
  printTable(
    terminal,
    ['ID', 'NAME', 'ROLE', 'KEYS', 'CLIENT SECRET', 'MADE'],
    accounts.map(({ id, name, role, keys, secretSince, createdAt }) => [
      ...[id, name, role, String(keys)],
      ...[secretSince ? `since ${ago(secretSince)}` : 'none', ago(createdAt)],
    ]),
  )
}

export async function createAccount(
  { api, terminal }: Session,
  name: string,
  role: Role,
  flags: Flags,
): Promise<void> {
  const made = await api.serviceAccounts.create.mutate({ ...target(flags), name, role })
  if (terminal.json) return terminal.printJson(made)
  terminal.print(`"${made.name}" is made, as ${made.role}: ${made.id}`)
}

/** In the form of a .env file, alone on stdout, so that it can be piped to where it is needed. */
export async function issueSecret(session: Session, named: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const { id, name } = await find(session, named, flags)
  const made = await api.serviceAccounts.issueSecret.mutate({ ...target(flags), id })
  if (terminal.json) return terminal.printJson(made)
  terminal.note(`The client secret of "${name}" is shown only now:`)
  terminal.print(`CLIENT_ID=${made.clientId}`)
  terminal.print(`CLIENT_SECRET=${made.clientSecret}`)
  terminal.print(`TOKEN_URL=${made.tokenUrl}`)
}

export async function revokeSecret(session: Session, named: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const { id, name } = await find(session, named, flags)
  const answer = await api.serviceAccounts.revokeSecret.mutate({ ...target(flags), id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`"${name}" has no client secret any more.`)
}

export async function removeAccount(session: Session, named: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const { id, name } = await find(session, named, flags)
  const answer = await api.serviceAccounts.remove.mutate({ ...target(flags), id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`"${name}" is gone, and its keys and client secret with it.`)
}

async function find({ api }: Session, named: string, flags: Flags) {
  const accounts = await api.serviceAccounts.list.query(target(flags))
  const found = accounts.find(({ id, name }) => id === named || name === named)
  if (found) return found
  throw new CliError(`There is no service account "${named}".`, {
    exitCode: 4,
    hint: 'What there is: moorage service-accounts',
  })
}

function target({ team }: Flags) {
  return team ? { team } : {}
}
