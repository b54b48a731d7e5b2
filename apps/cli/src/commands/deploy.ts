import { type Command, Option } from 'commander'
import { withSession } from '../session.ts'
import { addSourceOptions, collect } from './source-options.ts'

export function declareDeploy(program: Command): void {
  addSourceOptions(
    program
      .command('deploy')
      .argument('[dir]', 'directory to deploy', '.')
      .description('Deploy what git tracks in a directory, or what the options describe'),
  )
    .option('-s, --server <slug>', 'server to deploy to; made where it does not exist')
    .option('--repo <url>', 'make a server from a git URL instead of from files here')
    .option('--github <owner/name>', 'make a server from a repository of an account at GitHub')
    .option('-b, --branch <branch>', 'with --repo or --github: the branch to deploy')
    .option(
      '--root <dir>',
      'with --repo or --github: directory of the server inside the repository',
    )
    .option('-e, --env <variable>', 'KEY=VALUE, or KEY as it is in this shell; repeatable', collect)
    .option('--no-wait', 'return as soon as the code has arrived')
    .addHelpText(
      'after',
      `
Examples:
  moorage deploy
  moorage deploy ./weather --server weather
  moorage deploy --repo https://example.com/acme/weather.git --branch main
  moorage deploy --github acme/weather
  moorage deploy --command "npx -y @modelcontextprotocol/server-everything" --server everything
  moorage deploy --mcp-json claude_desktop_config.json
  moorage deploy --image registry.example.com/acme/weather:1.2 -e API_TOKEN
  moorage deploy --openapi petstore.yaml --header 'X-API-Key: \${KEY}' -e KEY=secret
  moorage deploy --remote https://mcp.example.com/mcp --header 'Authorization: Bearer \${TOKEN}' -e TOKEN
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
    .addOption(
      new Option('--env <env>', 'with which variables: those of today, or those that it ran with')
        .choices(['today', 'deployment'])
        .default('today'),
    )
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

  addSourceOptions(
    program
      .command('plan')
      .argument('[dir]', 'directory to look at', '.')
      .description('Show how a directory would be built and started, and why; needs no platform'),
  )
    .option('--root <dir>', 'directory of the server inside it')
    .option('--dockerfile', 'print it as a Dockerfile')
    .addHelpText(
      'after',
      `
Examples:
  moorage plan
  moorage plan ./servers --root weather
  moorage plan ./weather --dockerfile > Dockerfile
  moorage plan --command "uvx mcp-server-time"`,
    )
    .action(async (dir, _options, command) => {
      const { plan } = await import('../run/plan.ts')
      await plan(dir, command.optsWithGlobals())
    })
}
