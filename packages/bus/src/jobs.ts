import { createPostgresBackend, DelayedError, Queue, Worker, withBackend } from 'bullmq'
import { z } from 'zod'

const deployJobSchema = z.object({ deploymentId: z.string() })

export type BusOptions = { databaseUrl: string; redisUrl?: string | undefined }

export type DeployQueue = {
  /** Wakes a worker for this deployment. The job id is the deployment id: adding twice is adding once. */
  add(deploymentId: string, options: { priority: number }): Promise<void>
  /** Takes a waiting job out; one that runs is not touched (cancel that by event). */
  remove(deploymentId: string): Promise<void>
  close(): Promise<void>
}

/** What a handler answers: done with it, or not yet (its team is at its cap): ask again later. */
export type JobOutcome = 'done' | { retryInMs: number }

export type DeployWorker = {
  /** Stops taking jobs and waits for those that run. */
  close(): Promise<void>
}

const queueName = 'deployments'

/** How long a worker may be silent before its job is given to another. */
const lockMs = 6_000

export async function createDeployQueue(options: BusOptions): Promise<DeployQueue> {
  const queue = openQueue(options)
  queue.on('error', () => {}) // Each call below rejects by itself.
  await queue.waitUntilReady()
  return {
    add: async (deploymentId, { priority }) => {
      await queue.add(
        'deploy',
        { deploymentId },
        { jobId: deploymentId, priority, removeOnComplete: true, removeOnFail: true },
      )
    },
    remove: async (deploymentId) => {
      await queue.remove(deploymentId).catch(() => 0) // Locked by a worker: it runs, cancel ends it.
    },
    close: () => queue.close(),
  }
}

/**
 * `handle` must record every outcome itself, failures included: what it throws is a fault of the
 * platform, reported to `onError`, and the job is gone (the builder's sweep adds it again where
 * the deployment is still active).
 */
export function createDeployWorker(
  options: BusOptions & {
    concurrency: number
    handle: (deploymentId: string) => Promise<JobOutcome>
    onError: (error: Error) => void
  },
): DeployWorker {
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
    const { deploymentId } = deployJobSchema.parse(job.data)
    const outcome = await options.handle(deploymentId)
    if (outcome === 'done') return
    await job.moveToDelayed(Date.now() + outcome.retryInMs, token)
    throw new DelayedError()
  }
  const worker = options.redisUrl
    ? new Worker(queueName, processor, { ...settings, connection: { url: options.redisUrl } })
    : new PostgresBullMq.Worker(queueName, processor, {
        ...settings,
        connection: postgresConnection(options),
      })
  worker.on('error', options.onError)
  worker.on('failed', (_job, error) => options.onError(error))
  return { close: () => worker.close() }
}

const PostgresBullMq = withBackend(createPostgresBackend)

function openQueue(options: BusOptions) {
  return options.redisUrl
    ? new Queue(queueName, { connection: { url: options.redisUrl } })
    : new PostgresBullMq.Queue(queueName, { connection: postgresConnection(options) })
}

function postgresConnection(options: BusOptions) {
  return { connectionString: options.databaseUrl, migrate: true, schema: 'bullmq', max: 4 }
}
