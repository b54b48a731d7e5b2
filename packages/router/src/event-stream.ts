export type ServerSentEvent = { event: string; data: string }

/** Follows a stream byte by byte to know when it stands between two events. */
export type EventBoundary = { push(chunk: Buffer): void; isBetween(): boolean }

export function createEventBoundary(): EventBoundary {
  let tail = ''
  return {
    push: (chunk) => {
      tail = (tail + chunk.subarray(-4).toString('latin1')).slice(-4)
    },
    // An event ends with an empty line; lines end with LF, CR LF or CR (WHATWG HTML, 9.2.5).
    isBetween: () =>
      tail === '' || tail.endsWith('\n\n') || tail.endsWith('\r\n\r\n') || tail.endsWith('\r\r'),
  }
}

/** Events as they are completed. One larger than `maxBytes` is skipped. */
export function createEventReader(
  onEvent: (event: ServerSentEvent) => void,
  maxBytes: number,
): (chunk: Buffer) => void {
  const decoder = new TextDecoder()
  let pending = ''
  return (chunk) => {
    pending += decoder.decode(chunk, { stream: true })
    for (;;) {
      const end = /\r\n\r\n|\n\n|\r\r/.exec(pending)
      if (!end) break
      onEvent(parseEvent(pending.slice(0, end.index)))
      pending = pending.slice(end.index + end[0].length)
    }
    if (pending.length > maxBytes) pending = ''
  }
}

export function parseEvent(block: string): ServerSentEvent {
  let event = 'message'
  const data: string[] = []
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value = ''] = line.match(/^([^:]*)(?:: ?(.*))?$/s) ?? []
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
  return { event, data: data.join('\n') }
}
