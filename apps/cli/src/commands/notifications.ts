import { type Command, Option } from 'commander'
import { withSession } from '../session.ts'

const team = () => new Option('--team <team>', 'where you are in several')

export function declareNotifications(program: Command): void {
  const notifications = program
    .command('notifications')
    .description('Where your team is told that a deployment is live or failed, or a server crashes')

  notifications
    .command('list', { isDefault: true })
    .description('The targets, and how the last notice to each went')
    .addOption(team())
    .addHelpText('after', '\nExample:\n  moorage notifications')
    .action(async (_options, command) => {
      const { listTargets } = await import('../run/notifications.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listTargets(session, flags))
    })

  notifications
    .command('add')
    .argument('<address>', 'a URL or an e-mail address')
    .description('Add one; of a webhook the secret that it is signed with is printed, once')
    .addOption(
      new Option('--kind <kind>', 'what is there')
        .choices(['webhook', 'slack', 'email'])
        .default('webhook'),
    )
    .option('--name <name>', 'for people; its address where left out')
    .addOption(
      new Option('--on <events...>', 'what to tell')
        .choices(['live', 'failed', 'crash_loop'])
        .default(['failed', 'crash_loop']),
    )
    .addOption(team())
    .addHelpText(
      'after',
      '\nExamples:\n  moorage notifications add https://example.com/hook --on live failed\n  moorage notifications add https://hooks.example.com/x --kind slack',
    )
    .action(async (address, _options, command) => {
      const { addTarget } = await import('../run/notifications.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => addTarget(session, address, flags))
    })

  for (const [name, description] of [
    ['test', 'Send a notice now; the list shows how it went'],
    ['remove', 'Tell it nothing any more'],
  ] as const)
    notifications
      .command(name)
      .argument('<id>', 'as "moorage notifications" lists it')
      .description(description)
      .addOption(team())
      .addHelpText('after', `\nExample:\n  moorage notifications ${name} ntf_4g7h2m9xabcdefgh`)
      .action(async (id, _options, command) => {
        const { testTarget, removeTarget } = await import('../run/notifications.ts')
        const flags = command.optsWithGlobals()
        const run = name === 'test' ? testTarget : removeTarget
        await withSession(flags, (session) => run(session, id, flags))
      })
}
