import { styleText } from 'node:util'
import { z } from 'zod'

const structured = z.looseObject({ level: z.number(), msg: z.string().default('') })
/** Said by every line of an app, or by the prefix already. */
const implied = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'v'])

/** An app's line for people: structured ones become their message with what belongs to it. */
export function formatLine(text: string): string {
  const entry = parse(text)
  if (!entry) return text
  const details = Object.entries(entry)
    .filter(([key]) => !implied.has(key))
    .map(([key, value]) => styleText('dim', `${key}=`) + render(value))
  return [mark(entry.level), entry.msg, ...details].filter(Boolean).join(' ')
}

function parse(text: string) {
  if (!text.startsWith('{"level":')) return null
  try {
    return structured.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

function mark(level: number): string {
  if (level >= 50) return styleText('red', 'error')
  return level >= 40 ? styleText('yellow', 'warn') : ''
}

function render(value: unknown): string {
  if (typeof value === 'string') return value
  const fault = z.looseObject({ stack: z.string() }).safeParse(value)
  return fault.success ? fault.data.stack : JSON.stringify(value)
}
