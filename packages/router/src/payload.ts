import { parseEvent } from './event-stream.ts'

/** What was asked and answered, as it came, of a server that has payloads kept. */
export type Payload = { request: Buffer | null; response: Buffer[]; keptBytes: number }

/** More than this is not kept: it could not be read, so not be redacted either. */
const readBytes = 64 * 1024
const keptLength = 8 * 1024
const hidden = '[redacted]'

/** Names whose values are secrets nearly everywhere. */
const secretName =
  /pass(?:word|wd|phrase|code)?$|secret|token$|api[-_]?key|private[-_]?key|access[-_]?key|auth(?:orization)?$|cookie|credential|signature/i

/** Secrets that give themselves away: our own keys, bearer tokens, JWTs, PEM keys, well-known prefixes. */
const secretText =
  /\bmrg_\w{40}|\bBearer\s+[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*-----)?|\b(?:sk|pk|ghp|gho|ghs|glpat|xox[abp])[-_][\w-]{16,}|\bAKIA[A-Z0-9]{16}\b/g

/** `password=...` and `"token": "..."` within a text. */
const secretPair =
  /\b([\w-]*(?:password|passwd|passphrase|secret|token|api[-_]?key|credential)["']?\s*[:=]\s*["']?)[^\s"'&,;]+/gi

export function newPayload(request: Buffer | null): Payload {
  return { request, response: [], keptBytes: request?.length ?? 0 }
}

export function addAnswer(payload: Payload, chunk: Buffer): void {
  // One chunk too many, so that it shows as too long.
  if (payload.keptBytes > 2 * readBytes) return
  payload.keptBytes += chunk.length
  payload.response.push(chunk)
}

/**
 * The payload as the log keeps it: JSON with every secret value replaced, cut off at 8 KiB. What
 * cannot be read as JSON is not kept, since nobody knows what is in it.
 */
export function payloadText(bytes: Buffer, redact: readonly string[]): string | null {
  if (bytes.length === 0) return null
  const isSecret = secretNames(redact)
  if (bytes.length > readBytes) return '(too long to be kept)'
  const messages = readMessages(bytes.toString('utf8'))
  if (messages === null) return '(not JSON, so not kept)'
  const text = messages.map((one) => JSON.stringify(redacted(one, isSecret))).join('\n')
  return text.length > keptLength ? `${text.slice(0, keptLength)}…` : text
}

function secretNames(redact: readonly string[]): (name: string) => boolean {
  const named = new Set(redact.map((name) => name.toLowerCase()))
  return (name) => secretName.test(name) || named.has(name.toLowerCase())
}

/** One JSON value, or those of a stream of events; null where it is neither. */
function readMessages(text: string): unknown[] | null {
  const whole = parsed(text)
  if (whole !== undefined) return [whole]
  if (!/^(?:data|event|id|retry|):/m.test(text)) return null
  const events = text.split(/\r\n\r\n|\n\n|\r\r/).map((block) => parsed(parseEvent(block).data))
  return events.filter((one) => one !== undefined)
}

function redacted(value: unknown, isSecret: (name: string) => boolean): unknown {
  if (typeof value === 'string') return redactedText(value, isSecret)
  if (Array.isArray(value)) return value.map((one) => redacted(one, isSecret))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name,
      isSecret(name) ? hidden : redacted(one, isSecret),
    ]),
  )
}

/** Tools often answer with JSON in a text. */
function redactedText(text: string, isSecret: (name: string) => boolean): string {
  const inner = /^\s*[{[]/.test(text) ? parsed(text) : undefined
  if (inner !== undefined) return JSON.stringify(redacted(inner, isSecret))
  return text.replace(secretText, hidden).replace(secretPair, `$1${hidden}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
