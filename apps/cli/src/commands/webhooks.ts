import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareWebhooks(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description('What GitHub, GitLab, Gitea, Forgejo, Bitbucket and others tell a server')

  webhooks
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('The address to send to, and what was sent lately')
    .addHelpText('after', '\nExample:\n  moorage webhooks weather')
    .action(async (slug, _options, command) => {
      const { listWebhooks } = await import('../run/webhooks.ts')
      await withSession(command.optsWithGlobals(), (session) => listWebhooks(session, slug))
    })

  webhooks
    .command('secret')
    .argument('[slug]', 'server')
    .description('Make a new secret and print it, once; the one before is refused from now on')
    .addHelpText('after', '\nExample:\n  moorage webhooks secret weather')
    .action(async (slug, _options, command) => {
      const { rotateSecret } = await import('../run/webhooks.ts')
      await withSession(command.optsWithGlobals(), (session) => rotateSecret(session, slug))
    })

  webhooks
    .command('show')
    .argument('<id>', 'delivery, as "moorage webhooks" lists it')
    .option('-s, --server <slug>', 'server')
    .description('What was sent, as it came')
    .addHelpText('after', '\nExample:\n  moorage webhooks show whd_4g7h2m9xabcdefgh -s weather')
    .action(async (id, _options, command) => {
      const { showDelivery } = await import('../run/webhooks.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => showDelivery(session, id, flags))
    })

  webhooks
    .command('redeliver')
    .argument('<id>', 'delivery, as "moorage webhooks" lists it')
    .option('-s, --server <slug>', 'server')
    .description('Do once more what it asked for; what is deployed already stays as it is')
    .addHelpText(
      'after',
      '\nExample:\n  moorage webhooks redeliver whd_4g7h2m9xabcdefgh -s weather',
    )
    .action(async (id, _options, command) => {
      const { redeliver } = await import('../run/webhooks.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => redeliver(session, id, flags))
    })
}
