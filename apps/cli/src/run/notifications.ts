import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Team = { team?: string }
type Added = Team & {
  kind: 'webhook' | 'slack' | 'email'
  name?: string
  on: ('live' | 'failed' | 'crash_loop')[]
}

export async function listTargets({ api, terminal }: Session, flags: Team): Promise<void> {
  const targets = await api.notifications.list.query(teamOf(flags))
  if (terminal.json) return terminal.printJson(targets)
  if (targets.length === 0)
    return terminal.note('Nobody is told of anything yet: moorage notifications add --help')
  printTable(
    terminal,
    ['ID', 'KIND', 'NAME', 'TO', 'ON', 'LAST'],
    targets.map(({ id, kind, name, to, events, last }) => [
      ...[id, kind, name, to, events.join(', ')],
      last ? `${last.status} ${last.result ?? ''} ${ago(last.createdAt)}` : 'nothing yet',
    ]),
  )
}

/** The secret alone is on stdout, so that it can be piped to where it is needed. */
export async function addTarget(
  { api, terminal }: Session,
  address: string,
  flags: Added,
): Promise<void> {
  const { kind, on: events } = flags
  const name = flags.name ?? (kind === 'email' ? address : (URL.parse(address)?.host ?? address))
  const made = await api.notifications.add.mutate({
    ...teamOf(flags),
    ...{ kind, address, name, events },
  })
  if (terminal.json) return terminal.printJson(made)
  terminal.note(`Told of ${events.join(', ')}: ${made.name} (${made.id})`)
  if (!made.secret) return
  terminal.note('Deliveries are signed with this secret, which is shown only now:')
  terminal.print(made.secret)
}

export async function testTarget({ api, terminal }: Session, id: string, flags: Team) {
  const answer = await api.notifications.test.mutate({ ...teamOf(flags), id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print('A notice is on its way; "moorage notifications" shows how it went.')
}

export async function removeTarget({ api, terminal }: Session, id: string, flags: Team) {
  const answer = await api.notifications.remove.mutate({ ...teamOf(flags), id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${id} is removed.`)
}

function teamOf({ team }: Team) {
  return team === undefined ? {} : { team }
}
