import type { AppError } from '@moorage/domain/error'
import type { KeyLimits } from '@moorage/domain/routing'
import ipaddr from 'ipaddr.js'
import type { Principal } from './authenticate.ts'
import { tooManyCalls } from './refusal.ts'
import type { RpcMessage } from './rpc-message.ts'
import type { SharedCounts } from './shared-counts.ts'
import type { ServerEntry } from './table.ts'

/** A server that anyone may call has a limit for each address, even where none is set. */
const publicCallsPerMinute = 60
/** One tool call costs a legacy client up to 5 requests, so what is no call gets that much more. */
const publicRequestsPerCall = 10

type Rule = KeyLimits & {
  id: string
  /** What is limited, for the refusal. */
  whose: string
}
type Caller = { server: ServerEntry; principal: Principal; address: string }

/**
 * Lets tool calls through as far as the limits of the server, the key and the caller go. Throws
 * `rate_limited`, before anything is counted; else returns what to call when they are over.
 */
export function admitCalls(counts: SharedCounts, caller: Caller, calls: number): () => void {
  const rules = calls > 0 ? rulesFor(caller) : none
  if (rules.length === 0) return nothing
  for (const rule of rules) check(counts, rule, calls)
  for (const { id } of rules) counts.count(id, calls)
  return () => {
    for (const { id } of rules) counts.done(id, calls)
  }
}

/** On a public server any request counts, as nothing else keeps a stranger from asking on and on. */
export function admitRequest(counts: SharedCounts, caller: Caller): void {
  const { server } = caller
  if (server.access !== 'public') return
  const calls = server.routing.callsPerMinutePerCaller ?? publicCallsPerMinute
  const id = `requests ${server.id} ${network(caller.address)}`
  const callsPerMinute = calls * publicRequestsPerCall
  check(counts, { id, callsPerMinute, concurrentCalls: null, whose: 'each caller of it' }, 1)
  counts.count(id, 1)
  counts.done(id, 1)
}

/** How many tools/call are in a body. One that cannot be read may be one: so it does not get by. */
export function callsIn(httpMethod: string | undefined, message: RpcMessage | null): number {
  if (httpMethod !== 'POST') return 0
  return message ? message.calls : 1
}

const none: Rule[] = []
const nothing = () => {}

function rulesFor({ server, principal, address }: Caller): Rule[] {
  const { routing, id } = server
  const key = principal.kind === 'key' ? principal.key : null
  const isPublic = server.access === 'public'
  const perCaller = {
    callsPerMinute: routing.callsPerMinutePerCaller ?? (isPublic ? publicCallsPerMinute : null),
    concurrentCalls: routing.concurrentCallsPerCaller,
  }
  const rules: Rule[] = []
  if (isLimit(routing))
    rules.push({ ...routing, id: `server ${id}`, whose: 'all callers of it together' })
  if (isLimit(perCaller)) {
    const caller = principal.kind === 'anyone' ? network(address) : principal.id
    rules.push({ ...perCaller, id: `caller ${id} ${caller}`, whose: 'each caller of it' })
  }
  if (key && isLimit(key.limits))
    rules.push({ ...key.limits, id: `key ${key.id}`, whose: 'this key, on all servers together' })
  return rules
}

function isLimit({ callsPerMinute, concurrentCalls }: KeyLimits): boolean {
  return callsPerMinute !== null || concurrentCalls !== null
}

function check(counts: SharedCounts, rule: Rule, calls: number): void {
  const { id, callsPerMinute, concurrentCalls, whose } = rule
  if (callsPerMinute !== null && counts.lastMinute(id) + calls > callsPerMinute)
    throw refusal(`${callsPerMinute} a minute`, counts.secondsUntil(id, callsPerMinute - calls))
  if (concurrentCalls !== null && counts.busy(id) + calls > concurrentCalls)
    throw refusal(`${concurrentCalls} at once`, 1)

  function refusal(limit: string, seconds: number): AppError {
    return tooManyCalls(`Too many calls: this server takes ${limit} of ${whose}.`, seconds)
  }
}

/** A subscriber has a /64 of IPv6 addresses to choose from, and one IPv4 address. */
function network(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()
}
