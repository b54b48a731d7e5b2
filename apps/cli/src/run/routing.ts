import type { ApiOutputs } from '@moorage/api/app-router'
import { changeRouting } from '../change-routing.ts'
import { chooseSlug } from '../choose-slug.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

/** Shows how calls of a server are treated, or changes it. */
export async function routing(
  session: Session,
  named: string | undefined,
  flags: { set?: string[]; unset?: string[] },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  if (!flags.set && !flags.unset) return show(session, await api.servers.get.query({ slug }))
  const change = changeRouting({ set: flags.set ?? [], unset: flags.unset ?? [] })
  show(session, await api.servers.update.mutate({ slug, routing: change }))
  terminal.note('Counts at once.')
}

function show({ terminal }: Session, { routing }: ApiOutputs['servers']['get']): void {
  if (terminal.json) {
    terminal.printJson(routing)
    return
  }
  const rows = Object.entries(routing).map(([name, value]) => [name, valueText(value)])
  printTable(terminal, ['FIELD', 'VALUE'], rows)
}

function valueText(value: unknown): string {
  if (value === null) return 'none'
  return Array.isArray(value) ? value.join(', ') || 'nothing more' : String(value)
}
