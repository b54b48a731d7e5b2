import { takePkt } from './pkt-line.ts'

/** Listens to receive-pack's answer while it passes: which refs were taken? */
export type PushReport = {
  add(data: Buffer): void
  /** Whether the answer is in side-band packets, so that more can be said in between. */
  hasSideBand(): boolean
  accepted(): Set<string>
}

export function createPushReport(): PushReport {
  let sideBand = false
  let nested: Buffer = Buffer.alloc(0)
  const lines: string[] = []
  return {
    add(data) {
      const channel = data[0] ?? 0
      if (channel > 3) lines.push(data.toString('utf8'))
      else sideBand = true
      if (channel === 1) nested = Buffer.concat([nested, data.subarray(1)])
    },
    hasSideBand: () => sideBand,
    accepted() {
      const all = [...lines, ...nestedLines(nested)]
      return new Set(all.flatMap((line) => /^ok (.+?)\n?$/.exec(line)?.[1] ?? []))
    },
  }
}

/** The report is a stream of pkt-lines of its own inside channel 1. */
function nestedLines(buffer: Buffer): string[] {
  const lines: string[] = []
  for (let next = takePkt(buffer); next; next = takePkt(buffer)) {
    if (next.data) lines.push(next.data.toString('utf8'))
    buffer = buffer.subarray(next.raw.length)
  }
  return lines
}
