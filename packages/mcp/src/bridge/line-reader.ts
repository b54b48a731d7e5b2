const newline = 0x0a

/**
 * Cuts what a child writes into lines, LF or CRLF; empty ones are left out. A line of more than
 * `maxBytes` is never held whole: `onTooLong` hears of it once, and what follows it is read again.
 */
export function createLineReader(
  maxBytes: number,
  onLine: (line: string) => void,
  onTooLong: () => void,
): { push(chunk: Buffer): void; end(): void } {
  let parts: Buffer[] = []
  let size = 0
  let skipping = false

  function add(part: Buffer): void {
    if (skipping) return
    size += part.length
    if (size <= maxBytes) return void parts.push(part)
    skipping = true
    parts = []
    onTooLong()
  }

  function finish(): void {
    // Bytes that are not UTF-8 become replacement characters. In JSON a bare CR is white space; in an
    // event stream it would end a line.
    const line = Buffer.concat(parts).toString().replaceAll('\r', ' ').trim()
    parts = []
    size = 0
    skipping = false
    if (line !== '') onLine(line)
  }

  return {
    push(chunk) {
      let start = 0
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, start)) {
        add(chunk.subarray(start, at))
        finish()
        start = at + 1
      }
      if (start < chunk.length) add(chunk.subarray(start))
    },
    end: finish,
  }
}
