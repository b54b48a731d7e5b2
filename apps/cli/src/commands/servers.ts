import { previewChoices } from '@moorage/domain/pushing'
import { type Command, Option } from 'commander'
import { withSession } from '../session.ts'
import { wholeNumber } from '../whole-number.ts'
import { collect } from './source-options.ts'

const access = () =>
  new Option('--access <access>', 'who may call it').choices(['private', 'public', 'own_auth'])

export function declareServers(program: Command): void {
  const servers = program.command('servers').description('The servers of your team')

  servers
    .command('list', { isDefault: true })
    .description('All servers, with their state and URL')
    .option('--team <team>', 'only those of one team')
    .addHelpText('after', '\nExamples:\n  moorage servers\n  moorage servers --json')
    .action(async (_options, command) => {
      const { listServers } = await import('../run/servers.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listServers(session, flags))
    })

  servers
    .command('show')
    .argument('[slug]', 'server')
    .description('One server: URL, state, what is live, its tools')
    .addHelpText('after', '\nExample:\n  moorage servers show weather')
    .action(async (slug, _options, command) => {
      const { showServer } = await import('../run/servers.ts')
      await withSession(command.optsWithGlobals(), (session) => showServer(session, slug))
    })

  servers
    .command('create')
    .argument('<slug>', 'its name, which is part of its URL')
    .description('Make a server; with --repo it is deployed at once')
    .option('--repo <url>', 'git repository, https or ssh')
    .option('-b, --branch <branch>', 'branch to deploy')
    .option('--root <dir>', 'directory of the server inside the repository')
    .option('--team <team>', 'where you are in several')
    .addOption(access())
    .addHelpText(
      'after',
      '\nExamples:\n  moorage servers create weather\n  moorage servers create weather --repo https://example.com/acme/weather.git',
    )
    .action(async (slug, _options, command) => {
      const { createServer } = await import('../run/change-server.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => createServer(session, slug, flags))
    })

  servers
    .command('update')
    .argument('<slug>', 'server')
    .description(
      'Change a server; a new repository, branch or directory counts from the next deployment on',
    )
    .option('--name <name>', 'its name for people')
    .option('--repo <url>', 'git repository; "" for none: it is then deployed by push')
    .option('-b, --branch <branch>', 'branch to deploy')
    .option('--root <dir>', 'directory of the server inside the repository')
    .option(
      '--approve-tools',
      'a version that removes or changes tools waits until somebody agrees',
    )
    .option('--no-approve-tools', 'every version goes live by itself')
    .addOption(access())
    .addOption(
      new Option(
        '--previews <which>',
        'what gets a preview: nothing, pull requests, every branch',
      ).choices(previewChoices),
    )
    .option('--max-previews <number>', 'how many at once', wholeNumber)
    .option('--preview-days <days>', 'how long one stays after its last deployment', wholeNumber)
    .option(
      '--watch <path>',
      "deploy only what changes below; repeatable, '' for its directory alone",
      collect,
    )
    .option('--no-check-branch', 'never look at the branch by itself; --check-branch does again')
    .option('--check-branch', 'look at the branch from time to time')
    .addHelpText(
      'after',
      "\nExamples:\n  moorage servers update weather --branch release\n  moorage servers update weather --watch 'servers/weather/**' --watch 'packages/core/**'",
    )
    .action(async (slug, _options, command) => {
      const { updateServer } = await import('../run/change-server.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => updateServer(session, slug, flags))
    })

  servers
    .command('delete')
    .argument('<slug>', 'server')
    .description('Delete a server with its history, keys and logs; there is no way back')
    .option('--confirm <slug>', 'its name once more, instead of being asked')
    .addHelpText('after', '\nExample:\n  moorage servers delete weather --confirm weather')
    .action(async (slug, _options, command) => {
      const { deleteServer } = await import('../run/change-server.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => deleteServer(session, slug, flags))
    })

  program
    .command('settings')
    .argument('[slug]', 'server')
    .description('How a server is built and started, over what its repository says')
    .option('--set <field=value>', 'set a field of moorage.json; repeatable', collect)
    .option('--unset <field>', 'leave it to the repository again; repeatable', collect)
    .option('--file <file>', 'take all of them from a JSON file; - reads stdin')
    .addHelpText(
      'after',
      `
Examples:
  moorage settings weather
  moorage settings weather --set port=8080 --set start="node dist/server.js"
  moorage settings weather --set 'packages=["ffmpeg"]' --unset port
  moorage settings weather --file moorage.json`,
    )
    .action(async (slug, _options, command) => {
      const { settings } = await import('../run/settings.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => settings(session, slug, flags))
    })
}
