import type { Command } from 'commander'
import { withSession } from '../session.ts'
import { wholeNumber } from '../whole-number.ts'

export function declareLogs(program: Command): void {
  program
    .command('logs')
    .argument('[slug]', 'server')
    .description('What a server writes; with --build its build, with --requests who called what')
    .option('-f, --follow', 'stay, and show new lines as they come')
    .option('-n, --lines <number>', 'how many lines back', wholeNumber, 100)
    .option('--build', 'the build log of its newest deployment')
    .option(
      '--requests',
      'its requests; with --json what was asked and answered too, where it is kept',
    )
    .option('--failed', 'with --requests: only those that failed')
    .option('--search <text>', 'only lines that hold this text, in any case')
    .option('--deployment <id>', 'only of this deployment')
    .addHelpText(
      'after',
      `
Examples:
  moorage logs weather -f
  moorage logs weather --build
  moorage logs weather --requests --failed -n 20
  moorage logs weather --search error --json`,
    )
    .action(async (slug, _options, command) => {
      const { logs } = await import('../run/logs.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => logs(session, slug, flags))
    })
}
