import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareDeploy(program: Command): void {
  program
    .command('deploy')
    .argument('[dir]', 'directory to deploy', '.')
    .description('Deploy what git tracks in a directory, uncommitted changes included')
    .option('-s, --server <slug>', 'server to deploy to; made where it does not exist')
    .option('--repo <url>', 'make a server from a git URL instead of from files here')
    .option('-b, --branch <branch>', 'with --repo: the branch to deploy')
    .option('--root <dir>', 'with --repo: directory of the server inside the repository')
    .option('--no-wait', 'return as soon as the code has arrived')
    .addHelpText(
      'after',
      `
Examples:
  moorage deploy
  moorage deploy ./weather --server weather
  moorage deploy --repo https://example.com/acme/weather.git --branch main
  moorage deploy --json | jq -r .url`,
    )
    .action(async (dir, _options, command) => {
      const { deploy } = await import('../run/deploy.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => deploy(session, dir, flags))
    })

  program
    .command('rollback')
    .argument('[slug]', 'server')
    .description('Put an earlier deployment live again, without a build')
    .option('--to <deployment>', 'which one; without it, the one that was live before')
    .option('--no-wait', 'return at once')
    .addHelpText(
      'after',
      '\nExamples:\n  moorage rollback weather\n  moorage rollback weather --to 7k2m9xab',
    )
    .action(async (slug, _options, command) => {
      const { rollback } = await import('../run/rollback.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => rollback(session, slug, flags))
    })

  program
    .command('restart')
    .argument('[slug]', 'server')
    .description('Start what is live anew, so that changed variables count')
    .option('--no-wait', 'return at once')
    .addHelpText('after', '\nExample:\n  moorage restart weather')
    .action(async (slug, _options, command) => {
      const { restart } = await import('../run/rollback.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => restart(session, slug, flags))
    })

  program
    .command('plan')
    .argument('[dir]', 'directory to look at', '.')
    .description('Show how a directory would be built and started, and why; needs no platform')
    .option('--root <dir>', 'directory of the server inside it')
    .option('--dockerfile', 'print it as a Dockerfile')
    .addHelpText('after', '\nExamples:\n  moorage plan\n  moorage plan ./weather --dockerfile')
    .action(async (dir, _options, command) => {
      const { plan } = await import('../run/plan.ts')
      await plan(dir, command.optsWithGlobals())
    })
}
