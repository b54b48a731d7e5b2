import { createPostgresBackend, DelayedError, Queue, Worker, withBackend } from 'bullmq'
import { z } from 'zod'

const jobSchema = z.object({ id: z.string() })

export type BusOptions = { databaseUrl: string; redisUrl?: string | undefined }

export type JobQueue = {
  /** Wakes a worker for this row. The job's id is the row's: adding twice is adding once. */
  add(id: string, options: { priority: number }): Promise<void>
  /** Takes a waiting job out; one that runs is not touched (cancel that by event). */
  remove(id: string): Promise<void>
  close(): Promise<void>
}
export type DeployQueue = JobQueue

/** What a handler answers: done with it, or not yet (its team is at its cap): ask again later. */
export type JobOutcome = 'done' | { retryInMs: number }

export type JobWorker = {
  /** Stops taking jobs and waits for those that run. */
  close(): Promise<void>
}
export type DeployWorker = JobWorker

type QueueName = 'deployments' | 'inspections'

/** How long a worker may be silent before its job is given to another. */
const lockMs = 6_000

/** Jobs for deployments; the ids are those of `Deployment`. */
export const createDeployQueue = (options: BusOptions) => createQueue('deployments', options)
/** Jobs for inspections of repositories; the ids are those of `Inspection`. */
export const createInspectionQueue = (options: BusOptions) => createQueue('inspections', options)

async function createQueue(name: QueueName, options: BusOptions): Promise<JobQueue> {
  const queue = openQueue(name, options)
  queue.on('error', () => {}) // Each call below rejects by itself.
  await queue.waitUntilReady()
  return {
    add: async (id, { priority }) => {
      const settings = { jobId: id, priority, removeOnComplete: true, removeOnFail: true }
      await queue.add('job', { id }, settings)
    },
    remove: async (id) => {
      await queue.remove(id).catch(() => 0) // Locked by a worker: it runs, cancel ends it.
    },
    close: () => queue.close(),
  }
}

type WorkerOptions = BusOptions & {
  concurrency: number
  handle: (id: string) => Promise<JobOutcome>
  onError: (error: Error) => void
}

/**
 * `handle` must record every outcome itself, failures included: what it throws is a fault of the
 * platform, reported to `onError`, and the job is gone (the builder's sweep adds it again where
 * the row still has work to do).
 */
export const createDeployWorker = (options: WorkerOptions) => createWorker('deployments', options)
/** The same for inspections. */
export const createInspectionWorker = (options: WorkerOptions) =>
  createWorker('inspections', options)

function createWorker(name: QueueName, options: WorkerOptions): JobWorker {
  const settings = {
    concurrency: options.concurrency,
    lockDuration: lockMs,
    stalledInterval: 2_000,
    maxStalledCount: 1000,
  }
  const processor = async (
    job: { data: unknown; moveToDelayed(at: number, token?: string): Promise<void> },
    token?: string,
  ) => {
    const outcome = await options.handle(jobSchema.parse(job.data).id)
    if (outcome === 'done') return
    await job.moveToDelayed(Date.now() + outcome.retryInMs, token)
    throw new DelayedError()
  }
  const worker = options.redisUrl
    ? new Worker(name, processor, { ...settings, connection: { url: options.redisUrl } })
    : new PostgresBullMq.Worker(name, processor, {
        ...settings,
        connection: postgresConnection(options),
      })
  worker.on('error', options.onError)
  worker.on('failed', (_job, error) => options.onError(error))
  return { close: () => worker.close() }
}

const PostgresBullMq = withBackend(createPostgresBackend)

function openQueue(name: QueueName, options: BusOptions) {
  return options.redisUrl
    ? new Queue(name, { connection: { url: options.redisUrl } })
    : new PostgresBullMq.Queue(name, { connection: postgresConnection(options) })
}

function postgresConnection(options: BusOptions) {
  return { connectionString: options.databaseUrl, migrate: true, schema: 'bullmq', max: 4 }
}
