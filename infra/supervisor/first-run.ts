import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { firstRun as prepare } from '@moorage/deployments/first-run'
import type { Urls } from './app-env.ts'
import { deployExample } from './deploy-example.ts'
import type { Log } from './log.ts'
import type { StartOptions } from './options.ts'
import type { Ready } from './ready-file.ts'
import { type State, saveState } from './state.ts'

type Context = {
  options: StartOptions
  state: State
  urls: Urls
  databaseUrl: string
  log: Log
  signal: AbortSignal
}

/** The team, this machine's admin key, the set-up link while nobody is signed up, and the example. */
export async function firstRun(
  context: Context,
): Promise<{ ready: Ready; setupUrl: string | null }> {
  const { options, state, urls } = context
  const redisUrl = process.env.REDIS_URL || undefined
  const db = createDb(context.databaseUrl, { maxConnections: 2 })
  const events = await createEvents({ databaseUrl: context.databaseUrl, redisUrl })
  try {
    const deps = { db, events }
    const run = await prepare(deps, { adminApiKey: state.adminApiKey })
    state.adminApiKey = run.adminApiKey
    saveState(options.dataDir, state)
    if (options.withExample && !state.exampleIsDone) {
      const example = await deployExample(context, { deps, team: run.team, key: run.adminApiKey })
      state.exampleIsDone = example !== null
      if (example) state.servers.push(example)
      saveState(options.dataDir, state)
    }
    const there = await db.server.findMany({
      where: { teamId: run.team.id },
      select: { slug: true },
    })
    const servers = state.servers
      .filter(({ slug }) => there.some((server) => server.slug === slug))
      .map(({ slug, key }) => ({ slug, url: `${urls.routerUrl}/${slug}/mcp`, key }))
    const setupUrl = run.setupToken ? `${urls.dashboardUrl}/setup?token=${run.setupToken}` : null
    return { ready: { ...urls, adminApiKey: run.adminApiKey, servers }, setupUrl }
  } finally {
    await Promise.allSettled([events.close(), db.$disconnect()])
  }
}
