import { type Settings, settingsSchema } from '@moorage/build-plan/settings'
import { CliError } from './cli-error.ts'

/**
 * Settings with fields set (`port=8080`, `openapi.baseUrl=https://...`) and taken away. A value is
 * text where the field takes text, else JSON. Throws CliError for what the fields do not take.
 */
export function changeSettings(
  settings: unknown,
  change: { set: string[]; unset: string[] },
): Settings {
  let changed = checked(settings)
  for (const path of change.unset) changed = checked(withField(changed, path.split('.'), undefined))
  for (const text of change.set) changed = setField(changed, text)
  return changed
}

function setField(settings: Settings, text: string): Settings {
  const at = text.indexOf('=')
  if (at < 1) throw misuse(`"${text}" is not FIELD=VALUE.`)
  const path = text.slice(0, at).split('.')
  const value = text.slice(at + 1)
  const asText = settingsSchema.safeParse(withField(settings, path, value))
  return asText.success ? asText.data : checked(withField(settings, path, fromJson(value)))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function withField(value: unknown, [name = '', ...rest]: string[], field: unknown): unknown {
  const object = typeof value === 'object' && value !== null ? value : {}
  const before = Object.entries(object).find(([key]) => key === name)?.[1]
  return { ...object, [name]: rest.length === 0 ? field : withField(before, rest, field) }
}

function checked(settings: unknown): Settings {
  const parsed = settingsSchema.safeParse(settings)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw misuse(
    `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`.replace(/^: /, ''),
  )
}

function misuse(message: string): CliError {
  return new CliError(message, {
    exitCode: 2,
    hint: `Known fields: ${Object.keys(settingsSchema.shape).join(', ')}.`,
  })
}
