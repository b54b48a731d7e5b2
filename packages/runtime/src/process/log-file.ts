import { appendFileSync, renameSync, statSync } from 'node:fs'
import type { RuntimeLogLine } from '../driver.ts'

const maxBytes = 5 * 2 ** 20

/** The file before the current one; what is older than both is dropped. */
export function olderLog(path: string): string {
  return `${path}.1`
}

/** Appends lines with the time at which they came. Written through: a crash loses none. */
export function logWriter(path: string) {
  let bytes = sizeOf(path)
  return (stream: RuntimeLogLine['stream'], text: string): void => {
    const line = `${new Date().toISOString()} ${stream} ${text.replaceAll('\n', ' ')}\n`
    if (bytes > 0 && bytes + line.length > maxBytes) {
      renameSync(path, olderLog(path))
      bytes = 0
    }
    appendFileSync(path, line, { mode: 0o600 })
    bytes += Buffer.byteLength(line)
  }
}

export function parseLogLine(line: string): RuntimeLogLine | null {
  const [, at, stream, text] = /^(\S+) (stdout|stderr) (.*)$/s.exec(line) ?? []
  if (at === undefined || text === undefined) return null
  return { at: new Date(at), stream: stream === 'stderr' ? 'stderr' : 'stdout', text }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
