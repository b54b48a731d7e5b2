import { setTimeout as sleep } from 'node:timers/promises'
import { startPlatform } from '@moorage/router/testing-platform'
import { median, quantile } from '../statistics.ts'
import { startUpstream } from './programs.ts'
import { startRouterProcess } from './subjects.ts'
import { callConstantly } from './wrk.ts'

const servers = 10_000
const keys = 100_000
/** Spread over more than a full look at the table, which is every 10 s. */
const switches = 60
const pauseMs = 250
const rounds = 4

/** How a large platform's table bears on the start, on changes and on throughput. */
export async function measureTable(dir: string) {
  const small = await startPlatform()
  const large = await startPlatform()
  const upstream = await startUpstream(dir)
  const seeds = [await seed(small), await seed(large)]
  await fill(large)
  const routers = await Promise.all(
    [small, large].map((one) => startRouterProcess(one.databaseUrl)),
  )
  const second = await startRouterProcess(large.databaseUrl, { NODE_ID: 'node_second' })
  try {
    const [server] = [seeds[1]]
    if (!server) throw new Error('no server')
    const seenMs: number[] = []
    for (let i = 0; i < switches; i++) {
      const { version, committedMs } = await large.deploy(server.server, upstream.port)
      await Promise.all(
        ['node_bench', 'node_second'].map((node) => large.drained(node, version, [])),
      )
      seenMs.push(performance.now() - committedMs)
      await sleep(pauseMs)
    }
    await small.deploy(seeds[0]?.server ?? server.server, upstream.port)
    const ratios: number[] = []
    for (let round = 0; round < rounds; round++) {
      const rates: number[] = []
      // Long enough that a full look at the table falls into each.
      for (const [at, router] of routers.entries()) {
        const one = seeds[at]
        if (!one) continue
        const to = { port: router.port, path: `/${one.server.slug}/mcp`, key: one.key }
        rates.push((await callConstantly(dir, { ...to, seconds: 11 })).requestsPerSecond)
      }
      ratios.push((100 * (rates[1] ?? 0)) / (rates[0] ?? 1))
    }
    return {
      goals: { startMs: 5_000, changeSeenMs: 250, throughputToThatOfASmallTable: 1 },
      servers,
      keys,
      startMs: routers[1]?.startMs,
      changeSeenMs: {
        p50: median(seenMs),
        p95: quantile(seenMs, 0.95),
        worst: quantile(seenMs, 1),
      },
      throughputToThatOfASmallTable: Math.round(median(ratios)) / 100,
    }
  } finally {
    for (const router of [...routers, second]) await router.stop()
    await upstream.stop()
    await Promise.all([small.close(), large.close()])
  }
}

type Platform = Awaited<ReturnType<typeof startPlatform>>

async function seed(platform: Platform) {
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  const { key } = await platform.addKey(teamId)
  return { server, key, teamId }
}

/** Servers that are live, and keys, as many as a large platform has. */
async function fill({ db }: Platform): Promise<void> {
  const plan = '{"path":"/mcp","port":8000,"transport":"streamable-http"}'
  await db.$executeRaw`
    INSERT INTO "Server" (id, "teamId", slug, name, "updatedAt")
    SELECT 'srv_' || n, (SELECT id FROM "Team" LIMIT 1), 'bulk-' || n, 'Bulk', now()
    FROM generate_series(1, ${servers}::int) n`
  await db.$executeRaw`
    INSERT INTO "Deployment" (id, "serverId", status, trigger, plan)
    SELECT 'dep_' || n, 'srv_' || n, 'live', 'push', ${plan}::jsonb
    FROM generate_series(1, ${servers}::int) n`
  await db.$executeRaw`
    INSERT INTO "Instance" (id, "deploymentId", "serverId", runtime, host, port, state)
    SELECT 'ins_' || n, 'dep_' || n, 'srv_' || n, 'docker', '127.0.0.1', 1, 'ready'
    FROM generate_series(1, ${servers}::int) n`
  await db.$executeRaw`
    INSERT INTO "Route" ("serverId", "deploymentId", version, "updatedAt")
    SELECT 'srv_' || n, 'dep_' || n, nextval('route_version'), now()
    FROM generate_series(1, ${servers}::int) n`
  await db.$executeRaw`
    INSERT INTO "ApiKey" (id, "teamId", name, prefix, hash, scopes)
    SELECT 'key_' || n, (SELECT id FROM "Team" LIMIT 1), 'Bulk', 'mrg_bulk', md5(n::text), '{call}'
    FROM generate_series(1, ${keys}::int) n`
}
