import type { Command } from 'commander'
import { withSession } from '../session.ts'
import { collect } from './source-options.ts'

export function declareRouting(program: Command): void {
  program
    .command('routing')
    .argument('[slug]', 'server')
    .description(
      'How calls of a server are limited and written down, and when it sleeps; changes count at once',
    )
    .option('--set <field=value>', 'set a field; repeatable; "none" takes a limit away', collect)
    .option('--unset <field>', 'back to what it is by itself; repeatable', collect)
    .addHelpText(
      'after',
      `
Fields:
  callsPerMinute, concurrentCalls    tool calls a minute, and at once, of all callers together
  callsPerMinutePerCaller, concurrentCallsPerCaller
                                     of each key; on a public server of each address
  guardedTools                       names, * for anything, of tools that a client signed in by OAuth
                                     calls only once its person has agreed to those too
  reopenSessions                     after a redeploy, move sessions to the new version (true)
  pauseAfterSeconds, stopAfterSeconds
                                     so long without a request, and the server is paused, then
                                     stopped, until the next one wakes it; none is never (900, 3600)
  listWhileAsleep                    while it wakes, answer tools/list and the like with what the
                                     same caller got last (false)
  keepPayloads                       keep what is asked and answered in the request log (false)
  redact                             names of fields to keep out of it, beside the usual secrets

Examples:
  moorage routing weather
  moorage routing weather --set callsPerMinute=600 --set concurrentCallsPerCaller=4
  moorage routing weather --set stopAfterSeconds=none --set pauseAfterSeconds=300
  moorage routing weather --set keepPayloads=true --set redact=ssn,iban`,
    )
    .action(async (slug, _options, command) => {
      const { routing } = await import('../run/routing.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => routing(session, slug, flags))
    })
}
