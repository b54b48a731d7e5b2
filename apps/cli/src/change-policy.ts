import { type Policy, policySchema } from '@moorage/domain/policy'
import { namesFrom } from '@moorage/domain/policy-text'
import { CliError } from './cli-error.ts'

export type PolicyFlags = {
  mayCall?: Policy['mayCall']
  choose?: string[]
  unchoose?: string[]
  rule?: string
  tools?: string
  resources?: string
  prompts?: string
  dropRule?: string[]
}
type Rule = Policy['rules'][number]

/** The policy as the flags want it; a rule for the same callers takes the place of the one there was. */
export function changePolicy(
  before: Policy,
  flags: PolicyFlags,
  resolve: (caller: string) => string,
): Policy {
  const { choose = [], unchoose = [], dropRule = [] } = flags
  const gone = unchoose.map(resolve)
  const chosen = [...new Set([...before.chosen, ...choose.map(resolve)])]
  const dropped = dropRule.map((text) => callersIn(text, resolve).join())
  const unknown = dropped.find((who) => !before.rules.some((rule) => rule.who.join() === who))
  if (unknown !== undefined) throw misuse(`There is no rule for ${unknown}.`)
  const kept = before.rules.filter(({ who }) => !dropped.includes(who.join()))
  const parsed = policySchema.safeParse({
    mayCall: flags.mayCall ?? before.mayCall,
    chosen: chosen.filter((who) => !gone.includes(who)),
    rules: withRule(kept, flags, resolve),
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw misuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`)
}

function withRule(
  rules: Rule[],
  { rule, tools, resources, prompts }: PolicyFlags,
  resolve: (caller: string) => string,
): unknown[] {
  const written = tools !== undefined || resources !== undefined || prompts !== undefined
  if (rule === undefined) {
    if (written) throw misuse('Say for whom: --rule role:viewer')
    return rules
  }
  if (!written) throw misuse('Say what they may use: --tools, --resources or --prompts.')
  const added = {
    who: callersIn(rule, resolve),
    tools: namesFrom(tools ?? ''),
    resources: namesFrom(resources ?? ''),
    prompts: namesFrom(prompts ?? ''),
  }
  const at = rules.findIndex(({ who }) => who.join() === added.who.join())
  return at < 0 ? [...rules, added] : rules.with(at, added as Rule)
}

function callersIn(text: string, resolve: (caller: string) => string): string[] {
  return text.split(',').map((one) => resolve(one.trim()))
}

function misuse(message: string): CliError {
  return new CliError(message, { exitCode: 2, hint: 'moorage access --help' })
}
