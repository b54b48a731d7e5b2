import type { Command } from 'commander'
import { withSession } from '../session.ts'

export function declareBuildSecrets(program: Command): void {
  const secrets = program
    .command('build-secrets')
    .description('What builds of a server may need, such as NPM_TOKEN; the running server has none')

  secrets
    .command('list', { isDefault: true })
    .argument('[slug]', 'server')
    .description('Their names; values are never shown')
    .addHelpText('after', '\nExample:\n  moorage build-secrets list weather')
    .action(async (slug, _options, command) => {
      const { listBuildSecrets } = await import('../run/build-secrets.ts')
      await withSession(command.optsWithGlobals(), (session) => listBuildSecrets(session, slug))
    })

  secrets
    .command('set')
    .argument('<name>', 'such as NPM_TOKEN, PIP_INDEX_URL, GIT_CREDENTIALS, GIT_SSH_KEY')
    .description('Set one; its value is read from stdin, or asked for')
    .option('-s, --server <slug>', 'server')
    .addHelpText(
      'after',
      `
Each is a variable, and a file /run/secrets/NAME, of the steps that install and build. NPM_TOKEN and
NPMRC are taken by npm; GIT_CREDENTIALS (https://user:token@host) and GIT_SSH_KEY by git, with
GIT_KNOWN_HOSTS; PIP_INDEX_URL, UV_INDEX_URL and the like by pip and uv. A Dockerfile of your own asks
for one with RUN --mount=type=secret,id=NAME.

Examples:
  pass show npm | moorage build-secrets set NPM_TOKEN --server weather
  moorage build-secrets set GIT_SSH_KEY --server weather < id_ed25519`,
    )
    .action(async (name, _options, command) => {
      const { setBuildSecret } = await import('../run/build-secrets.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => setBuildSecret(session, name, flags))
    })

  secrets
    .command('unset')
    .argument('<names...>', 'their names')
    .description('Take them away')
    .option('-s, --server <slug>', 'server')
    .addHelpText('after', '\nExample:\n  moorage build-secrets unset NPM_TOKEN --server weather')
    .action(async (names, _options, command) => {
      const { unsetBuildSecrets } = await import('../run/build-secrets.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => unsetBuildSecrets(session, names, flags))
    })
}
