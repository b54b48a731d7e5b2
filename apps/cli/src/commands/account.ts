import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareAccount(program: Command): void {
  program
    .command('login')
    .description('Sign in with an API key, and remember it')
    .addHelpText(
      'after',
      `
Examples:
  moorage login --url https://moorage.example.com      asks for the key, and shows nothing
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
