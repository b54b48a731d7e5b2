import protobuf from 'protobufjs'
import { z } from 'zod'
import { lineSplitter } from '../build-log.ts'

// The part of moby/buildkit api/services/control/control.proto that a log is made of.
const statusType = protobuf.Root.fromJSON({
  nested: {
    Status: {
      fields: {
        vertexes: { rule: 'repeated', type: 'Vertex', id: 1 },
        logs: { rule: 'repeated', type: 'Log', id: 3 },
      },
    },
    Vertex: {
      fields: {
        digest: { type: 'string', id: 1 },
        name: { type: 'string', id: 3 },
        cached: { type: 'bool', id: 4 },
        started: { type: 'Time', id: 5 },
        completed: { type: 'Time', id: 6 },
        error: { type: 'string', id: 7 },
      },
    },
    Log: { fields: { vertex: { type: 'string', id: 1 }, msg: { type: 'bytes', id: 4 } } },
    Time: { fields: { seconds: { type: 'int64', id: 1 } } },
  },
}).lookupType('Status')

const statusSchema = z.object({
  vertexes: z.array(
    z.object({
      digest: z.string(),
      name: z.string(),
      cached: z.boolean(),
      started: z.unknown(),
      completed: z.unknown(),
      error: z.string(),
    }),
  ),
  logs: z.array(z.object({ vertex: z.string(), msg: z.instanceof(Uint8Array) })),
})

type Step = {
  label: string
  hidden: boolean
  announced: boolean
  ended: boolean
  decoder: TextDecoder
  output: ReturnType<typeof lineSplitter>
}

/** Turns BuildKit's progress records into plain lines: `#3 RUN npm ci`, its output, `#4 CACHED`. */
export function buildProgress(onLine: (line: string) => void) {
  const steps = new Map<string, Step>()
  let count = 0

  const stepOf = (digest: string, name: string): Step => {
    const known = steps.get(digest)
    if (known) return known
    const hidden = name === '' || /^(?:\[internal\]|exporting|copy \/context)/.test(name)
    const label = hidden ? '' : `#${++count}`
    const output = lineSplitter((line) => onLine(line.trimEnd()))
    const step = {
      label,
      hidden,
      announced: false,
      ended: false,
      decoder: new TextDecoder(),
      output,
    }
    steps.set(digest, step)
    return step
  }

  return {
    /** One `aux` record of the engine's answer, in base64. */
    record(aux: string): void {
      const decoded = statusType.decode(Buffer.from(aux, 'base64'))
      const status = statusSchema.parse(
        statusType.toObject(decoded, { defaults: true, longs: String }),
      )
      for (const vertex of status.vertexes) {
        const step = stepOf(vertex.digest, vertex.name)
        if (!vertex.started && !vertex.cached) continue
        if (!step.announced && !step.hidden) onLine(`${step.label} ${stepName(vertex.name)}`)
        step.announced = true
      }
      for (const log of status.logs) {
        const step = stepOf(log.vertex, '')
        step.output.write(step.decoder.decode(log.msg, { stream: true }))
      }
      for (const vertex of status.vertexes) {
        const step = stepOf(vertex.digest, vertex.name)
        if (!vertex.completed || step.ended) continue
        step.ended = true
        step.output.end()
        if (vertex.error) onLine(`${step.label || '#'} ERROR: ${stepError(vertex.error)}`)
        else if (vertex.cached && !step.hidden) onLine(`${step.label} CACHED`)
      }
    },
    end(): void {
      for (const step of steps.values()) step.output.end()
    },
  }
}

/**
 * A step as its author knows it: without the mounts and settings that the platform put around. The
 * engine writes an argument array with brackets and quotes, but escapes nothing inside of it.
 */
function stepName(name: string): string {
  const [, before, inside] = /^(.*?RUN )(?:--mount=\S+ )*\["(.*)"\]$/s.exec(name) ?? []
  if (before === undefined || inside === undefined) return name
  const words = inside.split('","')
  if (words[0] === 'env') {
    words.shift()
    while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift()
  }
  return before + words.join(' ').replaceAll(/\s+/g, ' ')
}

/** The engine repeats the whole command, which the step's first line has shown already. */
function stepError(error: string): string {
  return /exit code: \d+/.exec(error)?.[0] ?? error
}
