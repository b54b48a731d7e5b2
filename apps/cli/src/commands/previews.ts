import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declarePreviews(program: Command): void {
  const previews = program
    .command('previews')
    .description('Branches and pull requests, each live beside its server')

  previews
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('The previews of a server, with their state and URL')
    .addHelpText(
      'after',
      '\nExamples:\n  moorage previews weather\n  git push moorage feature-x     makes one',
    )
    .action(async (slug, _options, command) => {
      const { listPreviews } = await import('../run/previews.ts')
      await withSession(command.optsWithGlobals(), (session) => listPreviews(session, slug))
    })

  previews
    .command('remove')
    .argument('<name>', 'preview')
    .description('End a preview now; it ends by itself with its branch, or when its time is over')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage previews remove feature-x --server weather')
    .action(async (name, _options, command) => {
      const { removePreview } = await import('../run/previews.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => removePreview(session, name, flags))
    })

  previews
    .command('promote')
    .argument('<name>', 'preview')
    .description("Put what it shows into production: no build, production's variables")
    .option('-s, --server <slug>', 'server')
    .option('--no-wait', 'return at once')
    .addHelpText('after', '\nExample:\n  moorage previews promote feature-x --server weather')
    .action(async (name, _options, command) => {
      const { promotePreview } = await import('../run/previews.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => promotePreview(session, name, flags))
    })

  previews
    .command('approve')
    .argument('<name>', 'preview')
    .description("Let a fork's commit run, without any secret; each further commit waits again")
    .requiredOption('--commit <sha>', 'the commit that you have looked at, or its first digits')
    .option('-s, --server <slug>', 'server')
    .option('--no-wait', 'return at once')
    .addHelpText('after', '\nExample:\n  moorage previews approve pr-12 --commit 1f3a9c2')
    .action(async (name, _options, command) => {
      const { approvePreview } = await import('../run/previews.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => approvePreview(session, name, flags))
    })
}
