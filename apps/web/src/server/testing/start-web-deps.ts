import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDatabaseUrl } from '@moorage/testing/services'
import { vi } from 'vitest'
import { webDeps } from '../deps.ts'

/** The environment of a dashboard on a database of its own, for tests that call its handlers. */
export async function startWebDeps() {
  const url = 'http://127.0.0.1:4400'
  const dataDir = await mkdtemp(join(tmpdir(), 'moorage-web-'))
  vi.stubEnv('DATABASE_URL', await testDatabaseUrl())
  vi.stubEnv('MOORAGE_DATA_DIR', dataDir)
  vi.stubEnv('MOORAGE_MAX_BACKUP_MB', '1')
  vi.stubEnv('MOORAGE_ENCRYPTION_KEY', randomBytes(32).toString('base64'))
  vi.stubEnv('MOORAGE_AUTH_SECRET', randomBytes(32).toString('base64'))
  vi.stubEnv('MOORAGE_DASHBOARD_URL', url)
  vi.stubEnv('MOORAGE_ROUTER_URL', 'http://127.0.0.1:4410')
  vi.stubEnv('MOORAGE_GIT_URL', 'http://127.0.0.1:4420')
  // Nobody is there.
  vi.stubEnv('MOORAGE_GITHUB_URL', 'http://127.0.0.1:9')
  const deps = await webDeps()
  return {
    url,
    deps,
    dataDir,
    close: async () => {
      await Promise.all([deps.queue.close(), deps.inspectionQueue.close(), deps.events.close()])
      await deps.db.$disconnect()
      await rm(dataDir, { recursive: true })
    },
  }
}
