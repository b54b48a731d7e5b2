import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareOpen(program: Command): void {
  program
    .command('open')
    .argument('[slug]', 'server; without one that is known here, the dashboard')
    .description('Open the dashboard in the browser')
    .addHelpText('after', '\nExample:\n  moorage open weather')
    .action(async (slug, _options, command) => {
      const { open } = await import('../run/open.ts')
      await withSession(command.optsWithGlobals(), (session) => open(session, slug))
    })
}
