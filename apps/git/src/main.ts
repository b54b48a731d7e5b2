import { mkdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import { withPrevious } from '@moorage/access/secret-box'
import { createEvents } from '@moorage/bus/events'
import { createDeployQueue } from '@moorage/bus/jobs'
import { createDb } from '@moorage/db/client'
import type { App } from './app.ts'
import { readEnv } from './env.ts'
import { createGitServer } from './git-server.ts'
import { sweepRepositories } from './repository.ts'

const env = readEnv()
const encryptionKey = withPrevious(env.MOORAGE_ENCRYPTION_KEY, env.MOORAGE_ENCRYPTION_KEY_PREVIOUS)
const bus = { databaseUrl: env.DATABASE_URL, redisUrl: env.REDIS_URL }
const db = createDb(env.DATABASE_URL, { maxConnections: 8 })
const events = await createEvents(bus)
const queue = await createDeployQueue(bus)
const home = resolve(env.MOORAGE_DATA_DIR, 'git')
await mkdir(home, { recursive: true, mode: 0o700 })

const ending = new AbortController()
const app: App = {
  deps: { db, events, queue, encryptionKey },
  urls: {
    routerUrl: env.MOORAGE_ROUTER_URL.replace(/\/+$/, ''),
    dashboardUrl: env.MOORAGE_DASHBOARD_URL.replace(/\/+$/, ''),
    gitUrl: env.MOORAGE_GIT_URL.replace(/\/+$/, ''),
  },
  git: { path: env.PATH, home },
  repositoriesDir: home,
  log: (line) => console.log(line),
  ending: ending.signal,
}

const sweep = () =>
  void sweepRepositories(app).catch((error: unknown) => app.log(`sweep failed: ${String(error)}`))
sweep()
await events.subscribe((event) => {
  if (event.type === 'server') sweep()
})

const server = createGitServer(app)
server.listen(env.MOORAGE_GIT_PORT, env.MOORAGE_GIT_HOST, () => app.log(`git: ${app.urls.gitUrl}`))

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end())
// The supervisor's channel closes when it dies, in whatever way.
process.once('disconnect', () => void end())

/** Pushes that are arriving may finish; whoever only watches a build is told that it goes on. */
async function end(): Promise<void> {
  if (ending.signal.aborted) return
  ending.abort()
  const closed = new Promise((done) => server.close(done))
  server.closeIdleConnections()
  await Promise.race([closed, new Promise((done) => setTimeout(done, 10_000))])
  server.closeAllConnections()
  await Promise.allSettled([queue.close(), events.close(), db.$disconnect()])
  process.exit(0)
}
