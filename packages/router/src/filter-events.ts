import type { Uses } from '@moorage/domain/policy'
import { parseEvent } from './event-stream.ts'
import { filterMessage } from './filter-message.ts'

/** An empty line, whatever ends the lines: WHATWG HTML, 9.2.5. The CR of a CR LF is no end by itself. */
const eventEnd = /(?:\r\n|\n|\r(?=[^\n]))(?:\r\n|\n|\r(?=[^\n]))/g
/** So much of it may have come before the chunk that ends it. */
const longestEnd = 4

/** Chunks of a stream in, whole events out that the caller may see; as they came, where nothing is taken out. */
export function filterEvents(
  uses: readonly Uses[],
  onTooLong: () => void,
  maxBytes: number,
): (chunk: Buffer) => Buffer | null {
  /** What has come of the next event, which is looked through once, however many chunks it comes in. */
  let pending = Buffer.alloc(0)
  let length = 0

  function append(chunk: Buffer): void {
    const needed = length + chunk.length
    if (needed > pending.length) {
      const larger = Buffer.allocUnsafe(2 * needed)
      pending.copy(larger, 0, 0, length)
      pending = larger
    }
    chunk.copy(pending, length)
    length = needed
  }

  return (chunk) => {
    const lookedAt = Math.max(0, length - longestEnd)
    append(chunk)
    eventEnd.lastIndex = 0
    let out = ''
    if (eventEnd.test(pending.toString('latin1', lookedAt, length))) {
      // Each byte a character, so what passes is what came.
      const text = pending.toString('latin1', 0, length)
      let at = 0
      eventEnd.lastIndex = lookedAt
      for (let end = eventEnd.exec(text); end; end = eventEnd.exec(text)) {
        const upTo = end.index + end[0].length
        out += filteredEvent(uses, text.slice(at, end.index), text.slice(at, upTo))
        at = upTo
      }
      pending.copy(pending, 0, at, length)
      length -= at
    }
    if (length > maxBytes) {
      length = 0
      onTooLong()
    }
    return out === '' ? null : Buffer.from(out, 'latin1')
  }
}

function filteredEvent(uses: readonly Uses[], block: string, whole: string): string {
  const data = Buffer.from(parseEvent(block).data, 'latin1').toString('utf8')
  // The path of HTTP+SSE, and what only keeps the stream alive.
  if (!/^\s*[[{]/.test(data)) return whole
  const message = parsed(data)
  const filtered = message === undefined ? undefined : filterMessage(uses, message)
  if (filtered === undefined) return ''
  if (filtered === message) return whole
  const rest = block.split(/\r\n|\n|\r/).filter((line) => !/^data(?::|$)/.test(line))
  const text = Buffer.from(JSON.stringify(filtered)).toString('latin1')
  return `${[...rest, `data: ${text}`].join('\n')}\n\n`
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}
