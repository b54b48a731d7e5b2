import type { ApiOutputs } from '@moorage/api/app-router'
import { namesText } from '@moorage/domain/policy-text'
import { changePolicy, type PolicyFlags } from '../change-policy.ts'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Server = ApiOutputs['servers']['get']
type Callers = ApiOutputs['servers']['callers']

/** Shows who may call a server and what of it, or changes it. */
export async function access(
  session: Session,
  named: string | undefined,
  flags: PolicyFlags,
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const server = await api.servers.get.query({ slug })
  if (!isChange(flags)) return show(session, server)
  const callers = await api.servers.callers.query({ slug })
  const policy = changePolicy(server.policy, flags, (caller) => resolved(callers, caller))
  show(session, await api.servers.update.mutate({ slug, policy }))
  terminal.note('Counts at once.')
}

function isChange(flags: PolicyFlags): boolean {
  const { mayCall, choose, unchoose, rule, tools, resources, prompts, dropRule } = flags
  const all = [mayCall, choose, unchoose, rule, tools, resources, prompts, dropRule]
  return all.some((flag) => flag !== undefined)
}

/** A member by e-mail, or by name; anything else is what it is. */
function resolved(callers: Callers, caller: string): string {
  const name = /^(?:member|key):(.+)$/.exec(caller)?.[1]
  if (name === undefined) return caller
  const kind = caller.slice(0, caller.indexOf(':') + 1)
  const found = callers.filter(
    ({ who, ...one }) =>
      who.startsWith(kind) && (who === caller || one.about === name || one.name === name),
  )
  const [only, another] = found
  if (another)
    throw new CliError(`"${caller}" is more than one.`, { exitCode: 2, hint: 'Name it by its id.' })
  return only?.who ?? caller
}

const whoWords = {
  team: 'the whole team',
  chosen: 'those chosen',
  signed_in: 'anyone signed in to the platform, and keys of the team',
}

function show({ terminal }: Session, { access: kind, policy }: Server): void {
  if (terminal.json) {
    terminal.printJson({ access: kind, ...policy })
    return
  }
  const { mayCall, chosen, rules } = policy
  terminal.print(
    kind === 'private' ? `May call: ${whoWords[mayCall]}` : `May call: anyone (access is ${kind})`,
  )
  if (kind === 'private' && mayCall === 'chosen')
    terminal.print(`Chosen:   ${chosen.join(', ') || 'nobody'}`)
  if (rules.length === 0) {
    terminal.print('May use:  everything')
    return
  }
  printTable(
    terminal,
    ['RULE FOR', 'TOOLS', 'RESOURCES', 'PROMPTS'],
    rules.map(({ who, tools, resources, prompts }) => [
      who.join(','),
      ...[tools, resources, prompts].map((names) => namesText(names) || 'all'),
    ]),
  )
}
