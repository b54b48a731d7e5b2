import { guardedFetch } from '@moorage/access/guarded-fetch'
import { AppError, toAppError } from '@moorage/domain/error'

const maxBytes = 5 * 2 ** 20
const timeoutMs = 30_000

/**
 * An OpenAPI document at its https address. Under the rules of repositories: no private address, but
 * for hosts that the operator trusts, at any redirect. Throws `fetch_failed` that says why.
 */
export async function readDocument(
  policy: { trustedHosts: readonly string[]; caFile?: string | undefined },
  url: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const { host } = new URL(url)
  const guarded = guardedFetch({ ...policy, timeoutMs })
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const response = await guarded.fetch(url, { signal: limit })
    if (!response.ok) throw unreadable(host, `it answers with status ${response.status}`)
    return await readBody(response, host)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof AppError) throw error
    throw unreadable(host, reasonOf(error), error)
  } finally {
    await guarded.close()
  }
}

async function readBody(response: Response, host: string): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) throw unreadable(host, 'it is over 5 MB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function unreadable(host: string, why: string, cause?: unknown): AppError {
  return new AppError('fetch_failed', `The OpenAPI document at ${host} cannot be read: ${why}.`, {
    hint: 'It must be at a public https address that needs no sign-in; or upload it.',
    cause,
  })
}

/** fetch wraps what went wrong in a TypeError that says nothing. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it takes too long'
  return toAppError(error instanceof Error ? (error.cause ?? error) : error).message
}
