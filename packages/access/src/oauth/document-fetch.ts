import { Agent, request } from 'undici'
import { guardedConnect } from '../guarded-connect.ts'

const timeoutMs = 5_000
const maxBytes = 64 * 1024

export type DocumentFetch = (url: string) => Promise<unknown>

/** JSON that a stranger names the URL of: no private address, no redirect, 64 KiB, 5 s. */
export function createDocumentFetch(trustedHosts: readonly string[]): DocumentFetch {
  const dispatcher = new Agent({
    connect: guardedConnect({ trustedHosts, timeoutMs }),
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxBytes,
  })
  return async (url) => {
    const { statusCode, headers, body } = await request(url, {
      dispatcher,
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    })
    const type = String(headers['content-type'] ?? '')
    if (statusCode !== 200 || !/^application\/([a-z0-9.-]+\+)?json\b/i.test(type)) {
      await body.dump({ limit: maxBytes }).catch(() => {})
      throw new Error(`it answered ${statusCode} with ${type || 'no content type'}`)
    }
    return body.json()
  }
}
