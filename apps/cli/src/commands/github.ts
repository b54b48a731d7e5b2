import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareGithub(program: Command): void {
  program
    .command('github')
    .description(
      'The repositories of your team\'s accounts at GitHub, for "moorage deploy --github"',
    )
    .option('--team <team>', 'where you are in several')
    .addHelpText('after', '\nExamples:\n  moorage github\n  moorage deploy --github acme/weather')
    .action(async (_options, command) => {
      const { listRepositories } = await import('../run/github.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listRepositories(session, flags))
    })
}
