import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@moorage/embedded/free-port'
import { startPostgres } from '@moorage/embedded/postgres'
import { createBackoff } from './backoff.ts'
import type { Log } from './log.ts'

export type Database = { url: string; stop: () => Promise<void> }

/** The operator's own, else the embedded one, which is started again should it die. */
export async function openDatabase(
  given: string | undefined,
  dataDir: string,
  password: string,
  log: Log,
): Promise<Database> {
  if (given) return { url: given, stop: async () => {} }
  const options = {
    dataDir: join(dataDir, 'postgres'),
    // The same port for each of its lives: the apps keep the address they were given.
    port: await freePort(0),
    password,
    maxConnections: 200,
    onLine: (line: string) => log.line('postgres', line),
  }
  let server = await startPostgres(options)
  const stopping = new AbortController()
  const backoff = createBackoff()
  const running = keepRunning()

  async function keepRunning(): Promise<void> {
    for (;;) {
      const startedAt = Date.now()
      await server.ended
      if (stopping.signal.aborted) return
      const delayMs = backoff.nextDelayMs(Date.now() - startedAt)
      log.line('postgres', `ended; starts again in ${delayMs / 1000} s`)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      const next = await startPostgres(options).catch((error: Error) => {
        log.line('postgres', error.message)
        return null
      })
      if (next) server = next
    }
  }

  return {
    url: server.url,
    async stop() {
      stopping.abort()
      await server.stop()
      await running
    },
  }
}

/** Closed to others, but for root, whose Postgres runs as another user that must pass through. */
export function makeDataDir(dataDir: string): void {
  if (mkdirSync(dataDir, { recursive: true })) {
    chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700)
  }
}
