import { Agent, fetch } from 'undici'
import { type GuardOptions, guardedConnect } from './guarded-connect.ts'

/** A fetch for addresses that a tenant names, redirects included. Close it after use. */
export function guardedFetch(options: GuardOptions) {
  const dispatcher = new Agent({ connect: guardedConnect(options), bodyTimeout: options.timeoutMs })
  const guarded = (url: string | URL, init: RequestInit = {}) =>
    // Of undici's own, whose types differ from Node's in names alone.
    fetch(url, { ...init, dispatcher } as Parameters<
      typeof fetch
    >[1]) as unknown as Promise<Response>
  return { fetch: guarded, close: () => dispatcher.destroy() }
}
