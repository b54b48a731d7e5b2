import { type Command, Option } from 'commander'
import { withSession } from '../session.ts'
import { collect } from './source-options.ts'

export function declareAccess(program: Command): void {
  program
    .command('access')
    .argument('[slug]', 'server')
    .description('Who may call a private server, and what of it; changes count at once')
    .addOption(
      new Option('--may-call <who>', 'the whole team, those chosen, or anyone signed in').choices([
        'team',
        'chosen',
        'signed_in',
      ]),
    )
    .option('--choose <caller>', 'one who may call where callers are chosen; repeatable', collect)
    .option('--unchoose <caller>', 'and one who may no more; repeatable', collect)
    .option('--rule <callers>', 'whom a rule is for, with commas; the first that fits counts')
    .option('--tools <names>', 'what they may use: names, * for anything, ! before what is denied')
    .option('--resources <uris>', 'the same of resources')
    .option('--prompts <names>', 'the same of prompts')
    .option('--drop-rule <callers>', 'take the rule for exactly these away; repeatable', collect)
    .addHelpText(
      'after',
      `
Callers: everyone, role:viewer, member:ada@example.com, key:key_4g7h2m9xabcdefgh. A member is meant with
their keys. Where no rule fits a caller, they may use everything; "!*" is nothing.

Examples:
  moorage access weather
  moorage access weather --may-call chosen --choose member:ada@example.com
  moorage access weather --rule role:viewer,role:caller --tools "read_* !read_secret" --prompts "!*"
  moorage access weather --drop-rule role:viewer,role:caller`,
    )
    .action(async (slug, _options, command) => {
      const { access } = await import('../run/access.ts')
      const flags = command.optsWithGlobals()
      await withSession(flags, (session) => access(session, slug, flags))
    })
}
