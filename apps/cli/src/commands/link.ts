import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareLink(program: Command): void {
  program
    .command('link')
    .argument('[slug]', 'server')
    .description('Make "git push moorage" in this repository deploy a server')
    .addHelpText('after', '\nExample:\n  moorage link weather && git push moorage main')
    .action(async (slug, _options, command) => {
      const { link } = await import('../run/link.ts')
      await withSession(command.optsWithGlobals(), (session) => link(session, slug))
    })
}
