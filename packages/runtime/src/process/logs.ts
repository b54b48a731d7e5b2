import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogOptions, RuntimeLogLine } from '../driver.ts'
import { olderLog, parseLogLine } from './log-file.ts'

const pollMs = 200

/** The lines of a log that is being written and rotated, in the order in which they were. */
export async function* logLines(
  path: string,
  options: LogOptions,
  hasEnded: () => Promise<boolean>,
): AsyncGenerator<RuntimeLogLine> {
  for await (const text of textLines(path, options, hasEnded)) {
    const line = parseLogLine(text)
    if (line && !(options.since && line.at <= options.since)) yield line
  }
}

async function* textLines(
  path: string,
  { follow, signal }: LogOptions,
  hasEnded: () => Promise<boolean>,
): AsyncGenerator<string> {
  let current = await openLog(path)
  const older = await openLog(olderLog(path))
  try {
    if (older && older.inode !== current?.inode) yield* newLines(older)
    while (!signal.aborted) {
      // Asked before reading: what was written before the end is then read for certain.
      const ended = !follow || (await hasEnded())
      if (current) yield* newLines(current)
      const latest = await openLog(path)
      if (latest && latest.inode !== current?.inode) {
        // Rotated: what came between the last read and the rotation is still in the old file.
        if (current) yield* newLines(current)
        await current?.file.close()
        current = latest
        continue
      }
      await latest?.file.close()
      if (ended) return
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await older?.file.close()
    await current?.file.close()
  }
}

type OpenLog = { file: FileHandle; inode: number; rest: Buffer }

async function openLog(path: string): Promise<OpenLog | null> {
  const file = await open(path, 'r').catch(() => null)
  return file && { file, inode: (await file.stat()).ino, rest: Buffer.alloc(0) }
}

async function* newLines(log: OpenLog): AsyncGenerator<string> {
  const chunk = Buffer.alloc(64 * 1024)
  for (;;) {
    const { bytesRead } = await log.file.read(chunk, 0, chunk.length)
    if (bytesRead === 0) return
    let bytes = Buffer.concat([log.rest, chunk.subarray(0, bytesRead)])
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
      yield bytes.toString('utf8', 0, end)
      bytes = bytes.subarray(end + 1)
    }
    log.rest = bytes
  }
}
