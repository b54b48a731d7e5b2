import { randomBytes } from 'node:crypto'
import { BadRequest } from './bad-request.ts'
import { invalidParams } from './json-rpc.ts'
import type { ModernCall } from './modern-call.ts'
import type { ModernRequest } from './modern-request.ts'

const patienceMs = 5 * 60_000

/**
 * Calls that wait for what their client was asked for, each under a `requestState` that cannot be
 * guessed, that ends with its first use, and that is good for its principal and its request alone.
 * Each keeps a child to itself, so the cap on children is the cap on these.
 */
export function createSuspendedCalls() {
  const calls = new Map<string, { call: ModernCall; timer: NodeJS.Timeout }>()

  return {
    add(call: ModernCall): string {
      const state = randomBytes(24).toString('base64url')
      const timer = setTimeout(() => {
        calls.delete(state)
        call.cancel('The client did not come back with what it was asked for.')
      }, patienceMs).unref()
      calls.set(state, { call, timer })
      return state
    },
    /** Throws BadRequest where there is no such call, or not for this request. */
    take(request: ModernRequest): ModernCall {
      const state = String(request.requestState)
      const found = calls.get(state)
      if (!found?.call.isFor(request))
        throw new BadRequest(400, invalidParams, 'requestState is not known for this request.')
      clearTimeout(found.timer)
      calls.delete(state)
      return found.call
    },
  }
}
