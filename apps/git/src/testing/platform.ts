import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiKey } from '@moorage/access/api-key'
import { startPipeline } from '@moorage/deployments/testing/pipeline'
import { startDeps } from '@moorage/deployments/testing/start-deps'
import { newId } from '@moorage/domain/id'
import type { Scope } from '@moorage/domain/permission'
import type { App } from '../app.ts'
import { createGitServer } from '../git-server.ts'
import { searchPath } from './git-client.ts'

/**
 * The git app over a database of its own, with a way to make teams and keys. Without `deploys`,
 * what is pushed stays queued.
 */
export async function startPlatform({ deploys = true } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'moorage-git-'))
  const deps = await startDeps()
  const pipeline = deploys ? startPipeline(deps) : null
  const ending = new AbortController()
  const app: App = {
    deps,
    urls: {
      routerUrl: 'http://router.test',
      gitUrl: 'http://git.test',
      dashboardUrl: 'http://dashboard.test',
    },
    git: { path: searchPath, home: dir },
    repositoriesDir: dir,
    log: () => {},
    ending: ending.signal,
  }
  async function keyOf(teamId: string, scopes: Scope[], serverId: string | null = null) {
    const input = { teamId, serverId, name: 'test', scopes, expiresAt: null }
    return (await createApiKey(deps, { ...input, createdById: null })).key
  }
  const server = createGitServer(app)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    app,
    databaseUrl: deps.databaseUrl,
    dir,
    origin: `http://127.0.0.1:${port}`,
    dropConnections: () => server.closeAllConnections(),
    keyOf,
    async team(slug: string) {
      const team = await deps.db.team.create({ data: { id: newId('team'), slug, name: slug } })
      const key = (scopes: Scope[], serverId?: string) => keyOf(team.id, scopes, serverId)
      return { id: team.id, key }
    },
    async stop() {
      await pipeline?.close()
      ending.abort()
      server.closeAllConnections()
      server.close()
      await deps.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export type Platform = Awaited<ReturnType<typeof startPlatform>>
