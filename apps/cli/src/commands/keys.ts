import { scopes } from '@moorage/domain/permission'
import { type Command, InvalidArgumentError } from 'commander'
import { withSession } from '../session.ts'
import { wholeNumber } from '../whole-number.ts'

const toolsHelp = 'tools it may call: names, * for anything, ! before what is denied; "" is all'

export function declareKeys(program: Command): void {
  const keys = program
    .command('keys')
    .description('API keys: for MCP clients, for git, for machines')

  keys
    .command('list', { isDefault: true })
    .description('The keys of your team; the keys themselves are never shown again')
    .option('-s, --server <slug>', 'only those for one server')
    .option('--team <team>', 'where you are in several')
    .addHelpText('after', '\nExample:\n  moorage keys --server weather')
    .action(async (_options, command) => {
      const { listKeys } = await import('../run/keys.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => listKeys(session, flags))
    })

  keys
    .command('create')
    .argument('[name]', 'what it is for', 'made with the CLI')
    .description('Make a key and print it, once')
    .option('-s, --server <slug>', 'good for this server only')
    .option(
      '--scope <scopes>',
      'what it may do: call, read, deploy, admin (default: call)',
      scopeList,
    )
    .option('--expires <days>', 'in how many days it ends', wholeNumber)
    .option('--calls-per-minute <number>', 'tool calls a minute, on all servers together', limit)
    .option('--concurrent-calls <number>', 'tool calls at once, on all servers together', limit)
    .option('--tools <names>', toolsHelp)
    .option('--team <team>', 'where you are in several')
    .addHelpText(
      'after',
      '\nExamples:\n  moorage keys create "laptop" --server weather\n  moorage keys create "CI" --scope deploy --expires 90',
    )
    .action(async (name, _options, command) => {
      const { createKey } = await import('../run/keys.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => createKey(session, name, flags))
    })

  keys
    .command('update')
    .argument('<id>', 'key, as "moorage keys" lists it')
    .description('Change what and how much may be called with a key; counts at once')
    .option('--tools <names>', toolsHelp)
    .option('--calls-per-minute <number>', 'tool calls a minute, on all servers together', limit)
    .option('--concurrent-calls <number>', 'tool calls at once, on all servers together', limit)
    .addHelpText(
      'after',
      '\nExamples:\n  moorage keys update key_4g7h2m9xabcdefgh --calls-per-minute 60\n  moorage keys update key_4g7h2m9xabcdefgh --calls-per-minute none',
    )
    .action(async (id, _options, command) => {
      const { updateKey } = await import('../run/keys.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => updateKey(session, id, flags))
    })

  keys
    .command('rotate')
    .argument('<id>', 'key, as "moorage keys" lists it')
    .description(
      'Give a key another secret and print it, once; the one of until now stays good for a while',
    )
    .option('--overlap <hours>', 'for how long it does; 0 ends it now', overlapHours, 24)
    .addHelpText(
      'after',
      '\nExamples:\n  moorage keys rotate key_4g7h2m9xabcdefgh\n  moorage keys rotate key_4g7h2m9xabcdefgh --overlap 0',
    )
    .action(async (id, _options, command) => {
      const { rotateKey } = await import('../run/keys.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => rotateKey(session, id, flags))
    })

  keys
    .command('revoke')
    .argument('<id>', 'key, as "moorage keys" lists it')
    .description('End a key now')
    .addHelpText('after', '\nExample:\n  moorage keys revoke key_4g7h2m9xabcdefgh')
    .action(async (id, _options, command) => {
      const { revokeKey } = await import('../run/keys.ts')
      await withSession(command.optsWithGlobals(), (session) => revokeKey(session, id))
    })
}

function overlapHours(text: string): number {
  return text === '0' ? 0 : wholeNumber(text)
}

/** commander takes null for an option that was not given. */
function limit(text: string): number | 'none' {
  return text === 'none' ? text : wholeNumber(text)
}

/** `read,deploy`, or the option given more than once. */
function scopeList(text: string, before: string[] = []): string[] {
  const named = text.split(',').map((scope) => scope.trim())
  for (const scope of named)
    if (!scopes.some((known) => known === scope))
      throw new InvalidArgumentError(`Scopes are ${scopes.join(', ')}.`)
  return [...before, ...named]
}
