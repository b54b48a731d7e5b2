import type { Command } from 'commander'
import { withSession } from '../session.ts'
import { wholeNumber } from '../whole-number.ts'

export function declareDeployments(program: Command): void {
  const deployments = program
    .command('deployments')
    .description('What was deployed, and how it went')

  deployments
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('The deployments of a server, newest first')
    .option('-n, --limit <number>', 'how many', wholeNumber, 20)
    .option('--preview <name>', 'those of a preview instead')
    .addHelpText('after', '\nExample:\n  moorage deployments list weather -n 5')
    .action(async (slug, _options, command) => {
      const { listDeployments } = await import('../run/deployments.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listDeployments(session, slug, flags))
    })

  deployments
    .command('show')
    .argument('<id>', 'deployment; its short form will do')
    .description('One deployment: steps, times, tools found, or why it failed')
    .option('-s, --server <slug>', 'of which server, with a short id')
    .option('-f, --follow', 'stay until it has ended, with its log')
    .addHelpText(
      'after',
      '\nExample:\n  moorage deployments show 7k2m9xab --server weather --follow',
    )
    .action(async (id, _options, command) => {
      const { showDeployment } = await import('../run/deployments.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => showDeployment(session, id, flags))
    })

  deployments
    .command('create')
    .argument('[slug]', 'server')
    .description('Deploy again: the newest commit of its branch, or what was pushed last')
    .option('--ref <ref>', 'another branch or tag')
    .option('--no-wait', 'return at once')
    .addHelpText('after', '\nExample:\n  moorage deployments create weather --ref v1.2')
    .action(async (slug, _options, command) => {
      const { createDeployment } = await import('../run/deployments.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => createDeployment(session, slug, flags))
    })

  for (const [name, description] of [
    ['pin', 'Keep its image for good, so that it can go live again at any time'],
    ['unpin', 'Let its image be collected like any other'],
  ] as const)
    deployments
      .command(name)
      .argument('<id>', 'deployment; its short form will do')
      .description(description)
      .option('-s, --server <slug>', 'of which server, with a short id')
      .addHelpText('after', `\nExample:\n  moorage deployments ${name} 7k2m9xab --server weather`)
      .action(async (id, _options, command) => {
        const { pinDeployment } = await import('../run/deployments.ts')
        const flags = { ...command.optsWithGlobals(), pinned: name === 'pin' }
        await withSession(flags, (session) => pinDeployment(session, id, flags))
      })

  deployments
    .command('approve')
    .argument('<id>', 'deployment; its short form will do')
    .description('Agree to the tools that it removes or changes: it goes live')
    .option('-s, --server <slug>', 'of which server, with a short id')
    .addHelpText('after', '\nExample:\n  moorage deployments approve 7k2m9xab --server weather')
    .action(async (id, _options, command) => {
      const { approveDeployment } = await import('../run/deployments.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => approveDeployment(session, id, flags))
    })

  deployments
    .command('cancel')
    .argument('<id>', 'deployment; its short form will do')
    .description('Stop a deployment that waits or runs; what is live stays live')
    .option('-s, --server <slug>', 'of which server, with a short id')
    .addHelpText('after', '\nExample:\n  moorage deployments cancel 7k2m9xab --server weather')
    .action(async (id, _options, command) => {
      const { cancelDeployment } = await import('../run/deployments.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => cancelDeployment(session, id, flags))
    })
}
