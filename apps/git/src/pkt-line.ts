/**
 * git's framing (gitprotocol-common): four hex digits of length, themselves included, then the
 * data. 0000 is a flush; 0001 and 0002 delimit within protocol v2.
 */
export type Pkt = { data: Buffer | null; raw: Buffer }

const maxPktBytes = 65_520
const maxDataBytes = maxPktBytes - 4

export const flushPkt = Buffer.from('0000')

export function pkt(data: string | Buffer): Buffer {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  if (bytes.length > maxDataBytes) throw new RangeError('too long for one pkt-line')
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes])
}

/** Progress for the person at the other end: side-band channel 2, which git prefixes "remote: ". */
export function progressPkt(text: string): Buffer {
  const bytes = Buffer.from(text)
  const parts: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += maxDataBytes - 1)
    parts.push(pkt(Buffer.concat([Buffer.from([2]), bytes.subarray(at, at + maxDataBytes - 1)])))
  return Buffer.concat(parts)
}

/** The first packet of the buffer, or null where it is not whole yet. Throws on what is no pkt-line. */
export function takePkt(buffer: Buffer): Pkt | null {
  if (buffer.length < 4) return null
  const digits = buffer.toString('latin1', 0, 4)
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw new SyntaxError('not a pkt-line')
  const length = Number.parseInt(digits, 16)
  if (length < 4) {
    if (length === 3) throw new SyntaxError('not a pkt-line')
    return { data: null, raw: buffer.subarray(0, 4) }
  }
  if (buffer.length < length) return null
  return { data: buffer.subarray(4, length), raw: buffer.subarray(0, length) }
}

/** The packets of a stream, as they come. */
export async function* pktLines(stream: AsyncIterable<Buffer>): AsyncGenerator<Pkt> {
  let waiting: Buffer = Buffer.alloc(0)
  for await (const chunk of stream) {
    waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk])
    for (let next = takePkt(waiting); next; next = takePkt(waiting)) {
      waiting = waiting.subarray(next.raw.length)
      yield next
    }
  }
}
