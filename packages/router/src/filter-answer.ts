import { AppError } from '@moorage/domain/error'
import type { Uses } from '@moorage/domain/policy'
import type { Exchange } from './exchange.ts'
import { filterEvents } from './filter-events.ts'
import { filterMessage } from './filter-message.ts'
import type { UpstreamCall, UpstreamHandler } from './upstream-call.ts'

/** A list or an event that is longer cannot be held, so not be filtered. */
export const longestFiltered = 16 * 1024 * 1024

type Head = { status: number; headers: string[] }

/** Stands before the handler of an answer to a caller who may not use everything. */
export function filterAnswer(exchange: Exchange, next: UpstreamHandler): UpstreamHandler {
  const { uses } = exchange
  let call: UpstreamCall | null = null
  let events: ((chunk: Buffer) => Buffer | null) | null = null
  let held: { head: Head; chunks: Buffer[]; bytes: number } | null = null
  let isOver = false

  function giveUp(): void {
    isOver = true
    const error = new AppError('unavailable', 'The answer of the server could not be checked.', {
      hint: 'You may use a part of this server only, so lists have to be readable JSON of at most 16 MB.',
    })
    next.onError(error)
    call?.abort(error)
  }

  return {
    onSend: (started) => {
      call = started
      return next.onSend(started)
    },
    onHead: (status, headers) => {
      const type = headerOf(headers, 'content-type') ?? ''
      const isStream = /^text\/event-stream\b/i.test(type)
      if (!isStream && !mayHoldList(exchange)) return next.onHead(status, headers)
      if (!/^(?:identity)?$/i.test(headerOf(headers, 'content-encoding') ?? '')) return giveUp()
      if (!isStream) {
        held = { head: { status, headers: [...headers] }, chunks: [], bytes: 0 }
        return
      }
      events = filterEvents(uses, giveUp, longestFiltered)
      next.onHead(status, headers)
    },
    onData: (chunk) => {
      if (isOver) return true
      if (held) {
        held.bytes += chunk.length
        held.chunks.push(Buffer.from(chunk))
        if (held.bytes > longestFiltered) giveUp()
        return true
      }
      const out = events ? events(chunk) : chunk
      return out === null || next.onData(out)
    },
    onEnd: () => {
      if (isOver) return
      if (!held) return next.onEnd()
      const came = Buffer.concat(held.chunks)
      const body = filteredBody(uses, came) ?? (isNoAnswer(held.head.status) ? came : null)
      if (body === null) return giveUp()
      next.onHead(held.head.status, withLength(held.head.headers, body.length))
      if (body.length > 0) next.onData(body)
      next.onEnd()
    },
    onError: (error) => {
      if (!isOver) next.onError(error)
    },
  }
}

/** All but the answers to calls, which may be long and hold no list. */
function mayHoldList({ req, message }: Exchange): boolean {
  if (req.method !== 'POST') return false
  return !message?.method || message.isBatch || message.method.endsWith('/list')
}

/** An error's text, or HTTP+SSE's word that the answer comes elsewhere. */
function isNoAnswer(status: number): boolean {
  return status === 202 || status >= 300
}

/** Null: it is no JSON. */
function filteredBody(uses: readonly Uses[], body: Buffer): Buffer | null {
  if (body.length === 0) return body
  try {
    const message: unknown = JSON.parse(body.toString('utf8'))
    const filtered = filterMessage(uses, message)
    return filtered === message ? body : Buffer.from(JSON.stringify(filtered ?? null))
  } catch {
    return null
  }
}

function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (headers[i]?.toLowerCase() === name) return headers[i + 1]
  return undefined
}

function withLength(headers: readonly string[], length: number): string[] {
  const kept = headers.filter(
    (_, at) =>
      !/^(?:content-length|etag|digest|content-digest)$/i.test(headers[at - (at % 2)] ?? ''),
  )
  return [...kept, 'Content-Length', String(length)]
}
