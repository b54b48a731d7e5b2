import { expect, test } from 'vitest'
import { pkt, pktLines, progressPkt, takePkt } from './pkt-line.ts'

test('packets come out whole, wherever the stream was cut', async () => {
  const bytes = Buffer.concat([pkt('one'), Buffer.from('0000'), pkt(''), pkt('two')])
  async function* single() {
    for (const byte of bytes) yield Buffer.from([byte])
  }
  const seen: (string | null)[] = []
  for await (const packet of pktLines(single())) seen.push(packet.data?.toString() ?? null)
  expect(seen).toEqual(['one', null, '', 'two'])
})

test('what is no length is refused', () => {
  expect(() => takePkt(Buffer.from('HTTP'))).toThrow()
  expect(() => takePkt(Buffer.from('0003'))).toThrow()
})

test('a long text becomes several packets of the progress channel, none over the limit', () => {
  let rest = progressPkt('x'.repeat(150_000))
  let total = 0
  for (let next = takePkt(rest); next; next = takePkt(rest)) {
    expect(next.raw.length).toBeLessThanOrEqual(65_520)
    expect(next.data?.[0]).toBe(2)
    total += (next.data?.length ?? 0) - 1
    rest = rest.subarray(next.raw.length)
  }
  expect(total).toBe(150_000)
})
