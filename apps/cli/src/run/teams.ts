import type { Role } from '@moorage/domain/permission'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { team?: string }

export async function listTeams({ api, terminal }: Session): Promise<void> {
  const teams = await api.teams.list.query()
  if (terminal.json) return terminal.printJson(teams)
  printTable(
    terminal,
    ['TEAM', 'NAME', 'MADE'],
    teams.map(({ slug, name, createdAt }) => [slug, name, ago(createdAt)]),
  )
}

export async function listMembers({ api, terminal }: Session, flags: Flags): Promise<void> {
  const [people, machines] = await Promise.all([
    api.members.list.query(target(flags)),
    api.serviceAccounts.list.query(target(flags)),
  ])
  if (terminal.json) return terminal.printJson({ people, serviceAccounts: machines })
  printTable(
    terminal,
    ['WHO', 'NAME', 'ROLE', 'JOINED'],
    [
      ...people.map(({ email, name, role, createdAt }) => [email, name, role, ago(createdAt)]),
      ...machines.map(({ id, name, role, createdAt }) => [id, name, role, ago(createdAt)]),
    ],
  )
}

export async function changeRole(
  session: Session,
  email: string,
  role: Role,
  flags: Flags,
): Promise<void> {
  const { api, terminal } = session
  const userId = await idOf(session, email, flags)
  const answer = await api.members.setRole.mutate({ ...target(flags), userId, role })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${email} is ${role} now.`)
}

export async function removeMember(session: Session, email: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const userId = await idOf(session, email, flags)
  const answer = await api.members.remove.mutate({ ...target(flags), userId })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${email} is no member any more.`)
}

/** The link alone is on stdout, so that it can be piped to where it is needed. */
export async function invite(
  { api, terminal }: Session,
  email: string,
  flags: Flags & { role?: Role },
): Promise<void> {
  const role = flags.role ?? 'developer'
  const made = await api.invitations.create.mutate({ ...target(flags), email, role })
  if (terminal.json) return terminal.printJson(made)
  if (!made.link) return terminal.print(`The invitation is on its way to ${email}.`)
  terminal.note(`Send this to ${email}; it is good for a week, once, and shown only now:`)
  terminal.print(made.link)
}

async function idOf({ api }: Session, email: string, flags: Flags): Promise<string> {
  const members = await api.members.list.query(target(flags))
  const found = members.find((member) => member.email === email.toLowerCase())
  if (found) return found.userId
  throw new CliError(`${email} is not in this team.`, {
    exitCode: 4,
    hint: 'Who is: moorage members',
  })
}

function target({ team }: Flags) {
  return team ? { team } : {}
}
