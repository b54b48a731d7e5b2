import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareAccount(program: Command): void {
  program
    .command('login')
    .description('Sign in: allow it in the dashboard, or give an API key; the key is remembered')
    .option('--device', 'ask in the dashboard even where nobody is at this terminal')
    .option('--with-key', 'ask for an API key here, and show nothing of it')
    .addHelpText(
      'after',
      `
In a terminal it opens a page of the dashboard where you allow it, and gets a key for one team that
may what you may, for 90 days. Without a terminal it reads a key from stdin.

Examples:
  moorage login --url https://moorage.example.com
  moorage login --url https://moorage.example.com --with-key
  pass show moorage | moorage login --url https://moorage.example.com`,
    )
    .action(async (_options, command) => {
      const { login } = await import('../run/account.ts')
      await login(command.optsWithGlobals())
    })

  program
    .command('logout')
    .description('Forget the key that "moorage login" remembered')
    .addHelpText('after', '\nExample:\n  moorage logout')
    .action(async (_options, command) => {
      const { logout } = await import('../run/account.ts')
      logout(command.optsWithGlobals())
    })

  program
    .command('whoami')
    .description('Which platform this is, and who you are there')
    .addHelpText('after', '\nExample:\n  moorage whoami --json')
    .action(async (_options, command) => {
      const { whoami } = await import('../run/account.ts')
      await withSession(command.optsWithGlobals(), whoami)
    })
}
