import type { Readable } from 'node:stream'
import type { LogOptions, RuntimeLogLine } from '../driver.ts'
import { dial, type Engine, engineError, orNull } from './engine.ts'
import { containerName } from './instance-status.ts'

const lineMax = 64 * 1024

/** The container's output. The engine keeps it by line, with the time at which it came. */
export async function* instanceLogs(
  engine: Engine,
  instanceId: string,
  options: LogOptions,
): AsyncGenerator<RuntimeLogLine> {
  const stream = await openLog(engine, instanceId, options)
  if (!stream) return
  const stop = () => stream.destroy()
  options.signal.addEventListener('abort', stop, { once: true })
  const assemble = lineAssembler()
  try {
    for await (const frame of frames(stream)) {
      const line = assemble(frame)
      if (line && !(options.since && line.at <= options.since)) yield line
    }
  } catch (error) {
    if (!options.signal.aborted) throw engineError(error)
  } finally {
    options.signal.removeEventListener('abort', stop)
    stream.destroy()
  }
}

function openLog(
  engine: Engine,
  instanceId: string,
  { since, follow, signal }: LogOptions,
): Promise<Readable | null> {
  const options = {
    follow,
    stdout: true,
    stderr: true,
    timestamps: true,
    ...(since && { since: (since.getTime() / 1000).toFixed(3) }),
  }
  const path = `/containers/${containerName(engine, instanceId)}/logs?`
  // Not dockerode's own method: it reads a log that is not followed into one buffer.
  return orNull(
    dial(engine.docker, { method: 'GET', path, isStream: true, options, abortSignal: signal }),
  )
}

type Frame = { stream: 'stdout' | 'stderr'; text: string }

/** The engine's multiplexed form: one byte for the stream, three of nothing, four for the length. */
async function* frames(stream: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let parts: Buffer[] = []
  let held = 0
  let wanted = 8
  for await (const chunk of stream) {
    parts.push(chunk)
    held += chunk.length
    if (held < wanted) continue
    let bytes = Buffer.concat(parts)
    while (bytes.length >= 8) {
      const end = 8 + bytes.readUInt32BE(4)
      wanted = end
      if (bytes.length < end) break
      yield { stream: bytes[0] === 2 ? 'stderr' : 'stdout', text: bytes.toString('utf8', 8, end) }
      bytes = bytes.subarray(end)
      wanted = 8
    }
    parts = [bytes]
    held = bytes.length
  }
}

/** A line over 16 KiB comes in parts, each with a time of its own and only the last with an end. */
function lineAssembler() {
  const begun: Record<Frame['stream'], RuntimeLogLine | null> = { stdout: null, stderr: null }
  return ({ stream, text }: Frame): RuntimeLogLine | null => {
    const space = text.indexOf(' ')
    const part = text.slice(space + 1)
    const line = begun[stream] ?? { at: new Date(text.slice(0, space)), stream, text: '' }
    line.text = (line.text + part).slice(0, lineMax + 1)
    begun[stream] = part.endsWith('\n') ? null : line
    return begun[stream] ? null : { ...line, text: line.text.replace(/\r?\n$/, '') }
  }
}
