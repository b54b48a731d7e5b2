import { type Command, Option } from 'commander'
import { withSession } from '../session.ts'

const scope = () =>
  new Option('--scope <scope>', 'which deployments get it')
    .choices(['production', 'preview'])
    .default('production')

const branch = () =>
  new Option('--branch <branch>', 'of previews, those of this branch alone; with --scope preview')

export function declareEnv(program: Command): void {
  const env = program
    .command('env')
    .description('Variables of a server; they count from its next deployment or restart on')

  env
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('Its variables; write-only values are not shown')
    .addHelpText('after', '\nExample:\n  moorage env list weather')
    .action(async (slug, _options, command) => {
      const { listEnv } = await import('../run/env.ts')
      await withSession(command.optsWithGlobals(), (session) => listEnv(session, slug))
    })

  env
    .command('set')
    .argument('<variables...>', 'KEY=VALUE, or KEY alone: its value is then read from stdin')
    .description('Set variables')
    .option('-s, --server <slug>', 'server')
    .option('--readable', 'the value can be read again')
    .option('--redeploy', 'start what is live anew with it, without a build')
    .addOption(branch())
    .addOption(scope())
    .addHelpText(
      'after',
      `
Examples:
  moorage env set REGION=eu --readable --server weather
  moorage env set API_TOKEN --server weather          asks, and shows nothing
  pass show token | moorage env set API_TOKEN --server weather`,
    )
    .action(async (variables, _options, command) => {
      const { setEnv } = await import('../run/env.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => setEnv(session, variables, flags))
    })

  env
    .command('unset')
    .argument('<keys...>', 'names of variables')
    .description('Take variables away')
    .option('-s, --server <slug>', 'server')
    .option('--redeploy', 'start what is live anew without it, without a build')
    .addOption(branch())
    .addOption(scope())
    .addHelpText('after', '\nExample:\n  moorage env unset REGION --server weather')
    .action(async (keys, _options, command) => {
      const { unsetEnv } = await import('../run/env.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => unsetEnv(session, keys, flags))
    })
}
