import type { Readable } from 'node:stream'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { BuildLimits } from '../driver.ts'
import { buildProgress } from './build-progress.ts'
import { dial, type Engine } from './engine.ts'
import { holdRuns } from './hold-runs.ts'

export type BuildRequest = {
  buildId: string
  sessionId: string
  dockerfile: string
  tag: string
  labels: Record<string, string>
  buildArgs: Record<string, string>
  limits: BuildLimits
  onLog: (line: string) => void
  signal: AbortSignal
}

const recordSchema = z.union([
  z.object({ id: z.literal('moby.buildkit.trace'), aux: z.string() }),
  z.object({ id: z.literal('moby.image.id'), aux: z.object({ ID: z.string() }) }),
  z.object({ error: z.string() }),
])

/** One build on the engine, from its request to its last record; the new image's id. */
export async function runBuild(
  engine: Engine,
  context: Readable,
  request: BuildRequest,
): Promise<string> {
  const cancel = () => cancelBuild(engine, request.buildId)
  const release = holdRuns(request.limits)
  request.signal.addEventListener('abort', cancel, { once: true })
  try {
    // Not dockerode's buildImage: it puts a session of its own in the place of ours.
    const answer = await dial(engine.docker, {
      method: 'POST',
      path: '/build?',
      file: context,
      isStream: true,
      options: query(request),
      abortSignal: request.signal,
    })
    return await readAnswer(answer, request)
  } finally {
    release()
    request.signal.removeEventListener('abort', cancel)
  }
}

function query({ limits, ...request }: BuildRequest) {
  return {
    version: '2',
    session: request.sessionId,
    buildid: request.buildId,
    dockerfile: request.dockerfile,
    t: request.tag,
    labels: request.labels,
    buildargs: request.buildArgs,
    // Only some engines' builders hold a RUN to these; for the others there is `holdRuns`.
    memory: limits.memoryBytes,
    memswap: limits.memoryBytes,
    cpuperiod: 100_000,
    cpuquota: Math.round(limits.cpus * 100_000),
  }
}

async function readAnswer(answer: Readable, request: BuildRequest): Promise<string> {
  const progress = buildProgress(request.onLog)
  let imageId: string | null = null
  let failure: string | null = null
  const records = jsonLines((json) => {
    const parsed = recordSchema.safeParse(json)
    if (!parsed.success) return
    const record = parsed.data
    if ('error' in record) failure = record.error
    else if (record.id === 'moby.image.id') imageId = record.aux.ID
    else progress.record(record.aux)
  })
  for await (const text of answer.setEncoding('utf8')) records.write(text)
  records.end()
  progress.end()
  if (failure !== null) throw buildError(failure, request.limits)
  if (imageId === null)
    throw new AppError('unavailable', 'The container engine ended the build early.')
  return imageId
}

function jsonLines(onRecord: (json: unknown) => void) {
  let rest = ''
  return {
    write(text: string): void {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line.trim()) onRecord(JSON.parse(line))
    },
    end(): void {
      if (rest.trim()) onRecord(JSON.parse(rest))
    },
  }
}

/** The engine says "executor failed running [/bin/sh -c npm ci]: exit code: 1" or the like. */
function buildError(message: string, limits: BuildLimits): AppError {
  const exitCode = /exit code: (\d+)/.exec(message)?.[1]
  if (exitCode === undefined) return new AppError('build_failed', `The build failed: ${message}`)
  const killed = exitCode === '137'
  const megabytes = Math.round(limits.memoryBytes / 2 ** 20)
  const hint = `A step of a build may use ${megabytes} MB. Build less at once, or have the operator raise MOORAGE_BUILD_MEMORY_MB.`
  return new AppError(
    'build_failed',
    killed
      ? 'A build command was killed (exit code 137), as happens where it needs more memory than it may.'
      : `A build command ended with exit code ${exitCode}.`,
    { message, exitCode: Number(exitCode), ...(killed && { hint }) },
  )
}

/** By this build's own id: no other build can be meant. The dropped connection cancels it as well. */
function cancelBuild(engine: Engine, id: string): void {
  const call = { method: 'POST', path: '/build/cancel?', options: { id } } as const
  dial(engine.docker, call).catch(() => undefined)
}
