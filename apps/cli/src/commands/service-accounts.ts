import { type Role, roles } from '@moorage/domain/permission'
import { Argument, type Command, Option } from 'commander'
import { withSession } from '../session.ts'

const teamOption = ['--team <team>', 'where you are in several'] as const
const account = new Argument('<account>', 'its name, or its id')

export function declareServiceAccounts(program: Command): void {
  const accounts = program
    .command('service-accounts')
    .description('Members of your team that are machines, with a role, keys and client secrets')

  accounts
    .command('list', { isDefault: true })
    .description('What there is of them, and who has a client secret')
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage service-accounts --json')
    .action(async (_options, command) => {
      const { listAccounts } = await import('../run/service-accounts.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listAccounts(session, flags))
    })

  accounts
    .command('create')
    .argument('<name>', 'what it is for')
    .description('Make one')
    .addOption(new Option('--role <role>', 'what it may').choices(roles).default('developer'))
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage service-accounts create "nightly" --role caller')
    .action(async (name: string, options: { role: Role }, command) => {
      const { createAccount } = await import('../run/service-accounts.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => createAccount(session, name, options.role, flags))
    })

  accounts
    .command('secret')
    .addArgument(account)
    .description('A new client secret, shown once; the one before ends, with its tokens')
    .option(...teamOption)
    .addHelpText(
      'after',
      `
With it a machine gets access tokens by itself, each for one server and for an hour:
  curl -u "$CLIENT_ID:$CLIENT_SECRET" "$TOKEN_URL" -d grant_type=client_credentials \\
    --data-urlencode resource=https://mcp.example.com/weather/mcp

Example:
  moorage service-accounts secret nightly > nightly.env`,
    )
    .action(async (name, _options, command) => {
      const { issueSecret } = await import('../run/service-accounts.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => issueSecret(session, name, flags))
    })

  accounts
    .command('revoke-secret')
    .addArgument(account)
    .description('End its client secret and the tokens that came of it, now')
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage service-accounts revoke-secret nightly')
    .action(async (name, _options, command) => {
      const { revokeSecret } = await import('../run/service-accounts.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => revokeSecret(session, name, flags))
    })

  accounts
    .command('remove')
    .addArgument(account)
    .description('End it, its keys and its client secret, now')
    .option(...teamOption)
    .addHelpText('after', '\nExample:\n  moorage service-accounts remove nightly')
    .action(async (name, _options, command) => {
      const { removeAccount } = await import('../run/service-accounts.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removeAccount(session, name, flags))
    })
}
