import { defaultRouting, type Routing, routingInputSchema } from '@moorage/domain/routing'
import { CliError } from './cli-error.ts'

/** What `--set callsPerMinute=60` and `--unset redact` come to. Throws CliError for what no field takes. */
export function changeRouting(change: { set: string[]; unset: string[] }): Partial<Routing> {
  const unset = change.unset.map((name) => [name, defaultOf(name)])
  const set = change.set.map((text) => {
    const at = text.indexOf('=')
    if (at < 1) throw misuse(`"${text}" is not FIELD=VALUE.`)
    const name = text.slice(0, at)
    return [name, readValue(defaultOf(name), text.slice(at + 1))]
  })
  const parsed = routingInputSchema.safeParse(Object.fromEntries([...unset, ...set]))
  if (parsed.success) return withoutUndefined(parsed.data)
  const issue = parsed.error.issues[0]
  throw misuse(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`)
}

function defaultOf(name: string): unknown {
  const field = Object.entries(defaultRouting).find(([key]) => key === name)
  if (!field) throw misuse(`There is no field "${name}".`)
  return field[1]
}

/** As the kind of field takes it: a list of names, yes or no, a number or none. */
function readValue(example: unknown, text: string): unknown {
  if (Array.isArray(example))
    return text
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean)
  if (text === 'none') return null
  if (text === 'true' || text === 'false') return text === 'true'
  return /^\d+$/.test(text) ? Number(text) : text
}

function withoutUndefined(routing: object): Partial<Routing> {
  return Object.fromEntries(Object.entries(routing).filter(([, value]) => value !== undefined))
}

function misuse(message: string): CliError {
  const fields = Object.keys(defaultRouting).join(', ')
  return new CliError(message, { exitCode: 2, hint: `Known fields: ${fields}.` })
}
