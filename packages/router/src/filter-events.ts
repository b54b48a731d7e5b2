import type { Uses } from '@moorage/domain/policy'
import { parseEvent } from './event-stream.ts'
import { filterMessage } from './filter-message.ts'

/** An empty line, whatever ends the lines: WHATWG HTML, 9.2.5. The CR of a CR LF is no end by itself. */
const eventEnd = /(?:\r\n|\n|\r(?=[^\n]))(?:\r\n|\n|\r(?=[^\n]))/

/** Chunks of a stream in, whole events out that the caller may see; as they came, where nothing is taken out. */
export function filterEvents(
  uses: readonly Uses[],
  onTooLong: () => void,
  maxBytes: number,
): (chunk: Buffer) => Buffer | null {
  let pending = ''
  return (chunk) => {
    // Each byte a character, so what passes is what came.
    pending += chunk.toString('latin1')
    let out = ''
    for (let end = eventEnd.exec(pending); end; end = eventEnd.exec(pending)) {
      const length = end.index + end[0].length
      out += filteredEvent(uses, pending.slice(0, end.index), pending.slice(0, length))
      pending = pending.slice(length)
    }
    if (pending.length > maxBytes) {
      pending = ''
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
