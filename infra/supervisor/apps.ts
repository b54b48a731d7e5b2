import { join } from 'node:path'
import { z } from 'zod'
import type { Urls } from './app-env.ts'
import { type ChildApp, startApp } from './child-app.ts'
import { answers, waitUntil } from './health.ts'
import type { Log } from './log.ts'
import { root } from './options.ts'

export type Apps = {
  /** Settles when every app is healthy. */
  ready: (urls: Urls, signal: AbortSignal) => Promise<void>
  /** What the builder runs servers with. */
  runtime: () => string | null
  stop: (hurry: AbortSignal) => Promise<void>
}

/** Long enough for the builder to stop the servers that it runs. */
const graceMs = 20_000
const hurriedGraceMs = 1_500

const builderReady = z.object({ type: z.literal('ready'), runtime: z.string().optional() })

export function startApps(env: NodeJS.ProcessEnv, log: Log): Apps {
  let builderSaid: z.infer<typeof builderReady> | null = null
  const start = (name: string, more: Partial<Parameters<typeof startApp>[0]> = {}) =>
    startApp({ name, main: 'src/main.ts', cwd: join(root, 'apps', name), env, ...more }, log)
  const web = start('web', { env: { ...env, NODE_ENV: 'production' } })
  const router = start('router')
  const git = start('git')
  const builder = start('builder', {
    onMessage(message) {
      builderSaid = builderReady.safeParse(message).data ?? builderSaid
    },
  })
  const all: ChildApp[] = [web, router, git, builder]
  return {
    async ready(urls, signal) {
      await Promise.all([
        waitUntil('web', web, () => answers(`${urls.dashboardUrl}/api/healthz`), signal),
        waitUntil('router', router, () => answers(`${urls.routerUrl}/healthz`), signal),
        waitUntil('git', git, () => answers(`${urls.gitUrl}/healthz`), signal),
        waitUntil('builder', builder, async () => builderSaid !== null, signal),
      ])
    },
    runtime: () => builderSaid?.runtime ?? null,
    async stop(hurry) {
      const stopAll = (ms: number) => Promise.all(all.map((app) => app.stop(ms)))
      hurry.addEventListener('abort', () => void stopAll(hurriedGraceMs))
      await stopAll(hurry.aborted ? hurriedGraceMs : graceMs)
    },
  }
}
