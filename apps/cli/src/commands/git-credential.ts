import type { Command } from 'commander'

export function declareGitCredential(program: Command): void {
  program
    .command('git-credential')
    .argument('<operation>', 'what git asks: get, store or erase')
    .description('Hands the key of your sign-in to git; "moorage link" sets it up')
    .addHelpText(
      'after',
      '\nExample:\n  echo url=https://git.example.com | moorage git-credential get',
    )
    .action(async (operation, _options, command) => {
      const { gitCredential } = await import('../run/git-credential.ts')
      await gitCredential(operation, command.optsWithGlobals())
    })
}
