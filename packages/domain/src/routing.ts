import { z } from 'zod'
import { fitsPattern } from './name-pattern.ts'
import { readFields } from './read-fields.ts'

/** Null: no limit. */
const limit = z.number().int().min(1).max(1_000_000_000).nullable()

/** Seconds without a request. Null: never. */
const idleSeconds = z.number().int().min(1).max(31_536_000).nullable()

const keyLimits = {
  /** tools/call requests a minute, on all servers together. */
  callsPerMinute: limit,
  /** tools/call requests under way at once, on all servers together. */
  concurrentCalls: limit,
}

const routing = {
  /** After a redeploy, open a client's legacy session anew on the new instance. */
  reopenSessions: z.boolean(),
  /** tools/call requests a minute, of all callers together. */
  callsPerMinute: limit,
  /** tools/call requests under way at once, of all callers together. */
  concurrentCalls: limit,
  /** The same for each key; on a public server for each address. */
  callsPerMinutePerCaller: limit,
  concurrentCallsPerCaller: limit,
  /** Tools, `*` for anything, that an OAuth client calls only once its person has agreed to those too. */
  guardedTools: z.array(z.string().min(1).max(100)).max(50),
  /** Keep what is asked and answered in the request log, redacted. */
  keepPayloads: z.boolean(),
  /** Names of fields whose values are kept out of payloads, beside those that always are. */
  redact: z.array(z.string().min(1).max(100)).max(50),
  /** After so long without a request the server is paused: it keeps its memory and gets no CPU. */
  pauseAfterSeconds: idleSeconds,
  /** After so long without a request it is stopped, and what it held in memory is gone. */
  stopAfterSeconds: idleSeconds,
  /** While it wakes, a caller who asks for its lists again gets the last ones. */
  listWhileAsleep: z.boolean(),
}

export type KeyLimits = z.infer<z.ZodObject<typeof keyLimits>>
export type Routing = z.infer<z.ZodObject<typeof routing>>

/** What a caller may set; what is left out stays as it is. */
export const keyLimitsInputSchema = z.strictObject(keyLimits).partial()
export const routingInputSchema = z.strictObject(routing).partial()

export const defaultKeyLimits: KeyLimits = { callsPerMinute: null, concurrentCalls: null }
export const defaultRouting: Routing = {
  reopenSessions: true,
  callsPerMinute: null,
  concurrentCalls: null,
  callsPerMinutePerCaller: null,
  concurrentCallsPerCaller: null,
  guardedTools: [],
  keepPayloads: false,
  redact: [],
  // Longer than a person thinks between two calls; waking from it goes unnoticed.
  pauseAfterSeconds: 15 * 60,
  // Gives the memory back; costs the next call a start, and the server what it held in memory.
  stopAfterSeconds: 60 * 60,
  // What a server does not allow by itself, its owner has to know.
  listWhileAsleep: false,
}

/** Does a person have to agree to this tool by themselves? */
export function isGuarded({ guardedTools }: Pick<Routing, 'guardedTools'>, tool: string): boolean {
  return guardedTools.some((pattern) => fitsPattern(pattern, tool))
}

/** What an instance that had no request for so long should be by now; null: as it is. */
export function sleepDue(
  { pauseAfterSeconds, stopAfterSeconds }: Routing,
  instance: { state: 'ready' | 'paused'; idleSeconds: number },
): 'paused' | 'asleep' | null {
  const isDue = (seconds: number | null) => seconds !== null && instance.idleSeconds >= seconds
  if (isDue(stopAfterSeconds)) return 'asleep'
  return instance.state === 'ready' && isDue(pauseAfterSeconds) ? 'paused' : null
}

/** How the router treats a key, from ApiKey.limits. Never throws: a bad value is the default. */
export function readKeyLimits(value: unknown): KeyLimits {
  return readFields(keyLimits, defaultKeyLimits, value)
}

/** How the router treats a server, from Server.routing. Never throws: a bad value is the default. */
export function readRouting(value: unknown): Routing {
  return readFields(routing, defaultRouting, value)
}
