import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import process from 'node:process'
import type { Env } from './env.ts'
import { createLogger } from './logger.ts'

/** To a worker: take nothing new, finish what you have, and end. */
export const retireMessage = 'retire'
/** To a worker: make a new key to sign with, for all. */
export const rotateMessage = 'rotate-identity-key'

const firstRetryMs = 100
const longestRetryMs = 30_000

/**
 * Keeps MOORAGE_ROUTER_WORKERS routers at one listening socket. One that dies is started again. On
 * SIGHUP each is replaced: the new one has to listen before the old one lets go, so no request is
 * lost, and a version that does not start changes nothing. On SIGUSR2 one of them makes a new key for
 * the identity.
 */
export function runWorkers(env: Env): void {
  const logger = createLogger()
  const current = new Set<Worker>()
  let count = 0
  let failures = 0
  let ending = false
  let replacing: Promise<void> = Promise.resolve()
  // Without the guard that the supervisor loads into its apps: it is for this process alone.
  cluster.setupPrimary({ execArgv: [] })

  function start(): Worker {
    count += 1
    // To the builder's drains each worker is a router of its own.
    const worker = cluster.fork({ MOORAGE_NODE_ID: `${env.MOORAGE_NODE_ID}-${count}` })
    current.add(worker)
    worker.once('listening', () => {
      failures = 0
    })
    worker.once('exit', (code, signal) => {
      const isMissed = current.delete(worker) && current.size < env.MOORAGE_ROUTER_WORKERS
      if (ending || !isMissed) return
      const delayMs = Math.min(longestRetryMs, firstRetryMs * 2 ** failures)
      failures += 1
      logger.warn({ how: signal ?? code, delayMs }, 'A worker died and is started again')
      setTimeout(() => ending || start(), delayMs)
    })
    return worker
  }

  async function replaceAll(): Promise<void> {
    for (const old of [...current]) {
      const worker = start()
      if (!(await listens(worker))) {
        logger.error('A new worker did not start, so the old ones stay')
        return
      }
      current.delete(old)
      if (old.isConnected()) old.send(retireMessage)
    }
    logger.info('Every worker is a new one')
  }

  async function end(): Promise<void> {
    if (ending) return
    ending = true
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    const gone = workers.map((worker) => once(worker, 'exit'))
    for (const worker of workers) worker.process.kill('SIGTERM')
    await Promise.all(gone)
    process.exit(0)
  }

  process.on('SIGTERM', () => void end())
  process.on('SIGINT', () => void end())
  process.on('SIGHUP', () => {
    replacing = replacing.then(replaceAll)
  })
  process.on('SIGUSR2', () => {
    const worker = [...current].find((one) => one.isConnected())
    worker?.send(rotateMessage)
  })
  // The supervisor that started this process is gone, and nobody else would end it.
  if (process.send) process.on('disconnect', () => void end())
  for (let i = 0; i < env.MOORAGE_ROUTER_WORKERS; i += 1) start()
}

/** False: it ended before. */
async function listens(worker: Worker): Promise<boolean> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    await Promise.race([
      once(worker, 'listening', { signal }),
      once(worker, 'exit', { signal }).then(() => Promise.reject(new Error('It ended.'))),
    ])
    return true
  } catch {
    return false
  } finally {
    ended.abort()
  }
}
