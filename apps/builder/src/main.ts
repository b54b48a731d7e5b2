import { withPrevious } from '@moorage/access/secret-box'
import { createEvents } from '@moorage/bus/events'
import {
  createDeployQueue,
  createDeployWorker,
  createInspectionQueue,
  createInspectionWorker,
} from '@moorage/bus/jobs'
import { createDb } from '@moorage/db/client'
import { verifyPendingDomains } from '@moorage/deployments/domains'
import { createGithubClient } from '@moorage/deployments/github/github-client'
import { reportDeployments } from '@moorage/deployments/github/report-deployments'
import { pino } from 'pino'
import { checkBranches } from './check-branches.ts'
import { createCollectors } from './collect-logs.ts'
import type { Builder } from './context.ts'
import { createDriver } from './create-driver.ts'
import { deploy, type Running } from './deploy.ts'
import { readEnv } from './env.ts'
import { keepHouse } from './housekeeping.ts'
import { inspect } from './inspect.ts'
import { deliverNotices, forgetNotices } from './notify/deliver-notices.ts'
import { protect } from './protect.ts'
import { createSleeper } from './sleeper.ts'
import { createSupervisor } from './supervise.ts'
import { sweep } from './sweep.ts'
import { measureVolumes } from './volumes/measure-volumes.ts'
import { sweepVolumes } from './volumes/sweep-volumes.ts'
import { tendVolumes } from './volumes/tend-volumes.ts'
import { createWebhookDeliveries } from './webhook-deliveries.ts'

const env = readEnv()
// Not by pino's own writer: that one tries for ever to write its last lines to a pipe that nobody reads.
const log = pino({ name: 'builder' }, process.stdout)
const stop = new AbortController()

const bus = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL }
const db = createDb(env.DATABASE_URL)
const events = await createEvents(bus)
const queue = await createDeployQueue(bus)
const inspectionQueue = await createInspectionQueue(bus)
const driver = await createDriver(env, log)
const encryptionKey = withPrevious(env.MOORAGE_ENCRYPTION_KEY, env.MOORAGE_ENCRYPTION_KEY_PREVIOUS)
const github = createGithubClient({
  url: env.MOORAGE_GITHUB_URL,
  caFile: env.MOORAGE_BUILD_CA_FILE,
})
const deps = { db, events, queue, inspectionQueue, encryptionKey, github }
const collectors = createCollectors({ db, events, driver, log })
const builder: Builder = { deps, driver, env, log, collectors, stopping: stop.signal }
const running: Running = new Map()
const sleeper = createSleeper(builder)
const supervisor = createSupervisor(builder, sleeper)
const deliveries = createWebhookDeliveries(builder)

await driver.sweep()
await protect(builder)
await events.subscribe((event) => {
  if (event.type === 'cancel') running.get(event.deploymentId)?.abort()
  if (event.type === 'wake') void sleeper.wake(event.instanceId, 'a request')
  if (event.type === 'delivery') deliveries.work()
})
const worker = createDeployWorker({
  ...bus,
  concurrency: env.MOORAGE_BUILD_CONCURRENCY,
  handle: (deploymentId) => deploy(builder, running, deploymentId),
  onError: (error) => log.error({ error }, 'a deployment job went wrong'),
})
const inspectionWorker = createInspectionWorker({
  ...bus,
  concurrency: 2,
  handle: (inspectionId) => inspect(builder, inspectionId),
  onError: (error) => log.error({ error }, 'an inspection job went wrong'),
})
await supervisor.bringBack(8_000)
const watching = supervisor.watch().catch((error: unknown) => {
  if (!stop.signal.aborted) log.error({ error }, 'watching instances ended')
})
const stopTick = every(5_000, [
  () => supervisor.reconcile(),
  () => sleeper.tick(),
  () => sweep(builder, running),
])
const stopDeliveries = every(5_000, [() => deliveries.tend()])
const stopChecking = every(5_000, [() => checkBranches(builder)])
const stopVolumes = every(2_000, [() => tendVolumes(builder)])
const stopSweepingVolumes = every(10_000, [() => sweepVolumes(builder)])
const stopMeasuring = every(300_000, [() => measureVolumes(builder)])
const stopDomains = every(60_000, [() => verifyPendingDomains(deps)])
const stopNotices = every(2_000, [() => deliverNotices(builder)])
const reporting = {
  ...deps,
  dashboardUrl: env.MOORAGE_DASHBOARD_URL,
  routerUrl: env.MOORAGE_ROUTER_URL,
}
const stopReporting = every(2_000, [() => reportDeployments(reporting)])
const stopHousekeeping = every(3_600_000, [() => keepHouse(builder), () => forgetNotices(builder)])
// Whoever reloads a firewall of the machine's own may throw ours away.
const stopProtecting = every(300_000, [() => protect(builder)])
let stopping = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown())
process.once('disconnect', () => void shutDown())
// Not before that: whoever hears it may tell us to end.
process.send?.({ type: 'ready', runtime: driver.name })
log.info({ runtime: driver.name }, 'builder is ready')

async function shutDown(): Promise<void> {
  if (stopping) return
  stopping = true
  stop.abort()
  // A name server or a forge that is slow to answer holds nothing up.
  void stopDomains()
  void stopReporting()
  await Promise.all([stopTick(), stopProtecting(), stopDeliveries(), stopChecking()])
  await Promise.all([stopNotices(), stopHousekeeping(), stopVolumes()])
  await Promise.all([stopSweepingVolumes(), stopMeasuring()])
  await Promise.all([worker.close(), inspectionWorker.close(), sleeper.settled()])
  await deliveries.settled()
  if (env.MOORAGE_STOP_INSTANCES === '1') await stopInstances()
  await collectors.close()
  await watching
  await Promise.allSettled([queue.close(), inspectionQueue.close(), events.close()])
  await Promise.allSettled([driver.close(), db.$disconnect()])
  process.exit(0)
}

/** The rows and images stay: the next start finds that nothing runs and brings it back. */
async function stopInstances(): Promise<void> {
  const all = await driver.list()
  const end = async (instanceId: string) => {
    await driver.stop(instanceId, { graceMs: 3_000 })
    await collectors.settle(instanceId)
    await driver.remove(instanceId)
  }
  await Promise.allSettled(all.map(({ instanceId }) => end(instanceId)))
}

/**
 * Runs each piece of work now and again after each pause, never twice at once; one that fails keeps
 * no other from running. Returns the function that ends it.
 */
function every(ms: number, works: (() => Promise<void>)[]): () => Promise<void> {
  let timer: NodeJS.Timeout
  let current = run()
  async function run(): Promise<void> {
    for (const work of works)
      await work().catch((error: unknown) => log.error({ error }, 'the sweep went wrong'))
    if (!stop.signal.aborted) timer = setTimeout(() => (current = run()), ms)
  }
  return async () => {
    clearTimeout(timer)
    await current
  }
}
