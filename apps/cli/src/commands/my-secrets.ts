import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareMySecrets(program: Command): void {
  const secrets = program
    .command('my-secrets')
    .description(
      'What a server asks of each caller, such as an API token; yours go with your calls',
    )

  secrets
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('What it asks for, and what you have set; values are never shown')
    .addHelpText('after', '\nExample:\n  moorage my-secrets list weather')
    .action(async (slug, _options, command) => {
      const { listMySecrets } = await import('../run/my-secrets.ts')
      await withSession(command.optsWithGlobals(), (session) => listMySecrets(session, slug))
    })

  secrets
    .command('set')
    .argument('<name>', 'one that the server asks for')
    .description('Set or replace yours; the value is read from stdin, or asked for')
    .option('-s, --server <slug>', 'server')
    .addHelpText(
      'after',
      `
It is handed to the server as a header of your calls, by OAuth or with a key that you have made. A value
for Authorization without a scheme gets "Bearer " in front.

Example:
  pass show github | moorage my-secrets set github-token --server weather`,
    )
    .action(async (name, _options, command) => {
      const { setMySecret } = await import('../run/my-secrets.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => setMySecret(session, name, flags))
    })

  secrets
    .command('remove')
    .argument('<name>', 'its name')
    .description('Take yours away; counts at once')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage my-secrets remove github-token --server weather')
    .action(async (name, _options, command) => {
      const { removeMySecret } = await import('../run/my-secrets.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removeMySecret(session, name, flags))
    })
}
