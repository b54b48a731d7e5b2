import type { FetchLike } from '@modelcontextprotocol/client'

/** The last thing that a server's port was seen to do. */
export type Sighting =
  | { kind: 'nothing' }
  | { kind: 'refused'; reason: string }
  | { kind: 'silent' }
  | { kind: 'answered'; status: number; contentType: string; location: string | null }
  | { kind: 'too-large' }

export type GuardedFetch = { fetch: FetchLike; lastSeen: () => Sighting }

/**
 * A fetch for servers that nobody vouches for: it speaks to one origin only, reads at most
 * `maxBytes` over all its answers, ends with `signal`, and remembers what it saw last.
 */
export function guardFetch(options: {
  origin: string
  headers: Record<string, string>
  fetch?: FetchLike
  maxBytes: number
  signal: AbortSignal
}): GuardedFetch {
  let seen: Sighting = { kind: 'nothing' }
  let left = options.maxBytes
  const count = (chunk: Uint8Array) => {
    left -= chunk.byteLength
    if (left >= 0) return
    seen = { kind: 'too-large' }
    throw new Error('The server sent more than a handshake needs.')
  }
  const guarded: FetchLike = async (url, init) => {
    if (new URL(url).origin !== options.origin) throw new Error('The server named another origin.')
    const headers = new Headers(init?.headers)
    for (const [name, value] of Object.entries(options.headers)) headers.set(name, value)
    const signals = [options.signal, ...(init?.signal ? [init.signal] : [])]
    try {
      const response = await (options.fetch ?? fetch)(url, {
        ...init,
        headers,
        signal: AbortSignal.any(signals),
      })
      // An optional stream or a goodbye says nothing about the endpoint.
      if (init?.method === 'POST' || !response.ok) seen = sightingOf(response, seen, init?.method)
      return counted(response, count)
    } catch (error) {
      if (init?.method === 'POST') seen = failureOf(error)
      throw error
    }
  }
  return { fetch: guarded, lastSeen: () => seen }
}

function sightingOf(response: Response, before: Sighting, method: string | undefined): Sighting {
  if (method !== 'POST' && before.kind === 'answered') return before
  return {
    kind: 'answered',
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    location: response.headers.get('location'),
  }
}

function failureOf(error: unknown): Sighting {
  if (error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')) {
    return { kind: 'silent' }
  }
  const cause = error instanceof Error ? error.cause : undefined
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'failed'
  return { kind: 'refused', reason: code }
}

function counted(response: Response, count: (chunk: Uint8Array) => void): Response {
  if (response.body === null) return response
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count(chunk)
      controller.enqueue(chunk)
    },
  })
  const { status, statusText, headers } = response
  return new Response(response.body.pipeThrough(counter), { status, statusText, headers })
}
