import { type Role, roles } from '@moorage/domain/permission'
import { type Command, InvalidArgumentError } from 'commander'
import { withSession } from '../session.ts'

const teamOption = ['--team <team>', 'where you are in several'] as const

export function declareTeams(program: Command): void {
  program
    .command('teams')
    .description('The teams of your key')
    .addHelpText('after', '\nExample:\n  moorage teams --json')
    .action(async (_options, command) => {
      const { listTeams } = await import('../run/teams.ts')
      await withSession(command.optsWithGlobals(), listTeams)
    })

  const members = program.command('members').description('Who is in your team, and with which role')
  members
    .command('list', { isDefault: true })
    .description('People and service accounts')
    .option(...teamOption)
    .action(async (_options, command) => {
      const { listMembers } = await import('../run/teams.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listMembers(session, flags))
    })
  members
    .command('role')
    .argument('<email>', 'the member')
    .argument('<role>', roles.join(', '), asRole)
    .description('Give a member another role')
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage members role ada@example.com viewer')
    .action(async (email, role, _options, command) => {
      const { changeRole } = await import('../run/teams.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => changeRole(session, email, role, flags))
    })
  members
    .command('remove')
    .argument('<email>', 'the member')
    .description('End a membership, and the keys that go with it, now')
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage members remove ada@example.com')
    .action(async (email, _options, command) => {
      const { removeMember } = await import('../run/teams.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removeMember(session, email, flags))
    })

  program
    .command('invite')
    .argument('<email>', 'whom')
    .description('Invite someone to your team; prints the link where no e-mail is set up')
    .option('--role <role>', `${roles.join(', ')} (default: developer)`, asRole)
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage invite ada@example.com --role viewer')
    .action(async (email, _options, command) => {
      const { invite } = await import('../run/teams.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => invite(session, email, flags))
    })
}

function asRole(text: string): Role {
  const role = roles.find((known) => known === text)
  if (!role) throw new InvalidArgumentError(`Roles are ${roles.join(', ')}.`)
  return role
}
