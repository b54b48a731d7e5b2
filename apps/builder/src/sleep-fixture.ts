import { join } from 'node:path'
import { createApiKey } from '@moorage/access/api-key'
import type { Instance, Server } from '@moorage/db/client'
import { setEnvVar } from '@moorage/deployments/env-vars'
import { newId } from '@moorage/domain/id'
import { createRouter } from '@moorage/router/router'
import { dockerIsUp } from '@moorage/testing/services'
import { expect, vi } from 'vitest'
import { startFixture, version } from './pipeline-fixture.ts'

export const sleepColumns = [
  { runtime: 'process', redis: false },
  ...(dockerIsUp() ? [{ runtime: 'docker', redis: true } as const] : []),
] as const

export const pauses = { pauseAfterSeconds: 60, stopAfterSeconds: null }
export const stops = { pauseAfterSeconds: null, stopAfterSeconds: 60 }

/** The tiny server, with a stream of events at GET, and an end at once where the file BROKEN_FILE is there. */
export function sleepy(name: string): Record<string, string> {
  const [code = ''] = Object.values(version(name))
  const stream = "response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()"
  const streaming = code.replace('response.writeHead(405).end()', stream)
  const broken = "process.getBuiltinModule('node:fs').existsSync(process.env.BROKEN_FILE ?? '')"
  return { 'server.js': `if (${broken}) process.exit(7)\n${streaming}` }
}

export type SleepFixture = Awaited<ReturnType<typeof startSleepFixture>>

/** A builder as a process of its own, and two routers over its database. */
export async function startSleepFixture(column: (typeof sleepColumns)[number]) {
  const fixture = await startFixture(column)
  const { dataDir, deps, team } = fixture
  const driver = await fixture.createDriver()
  await fixture.startBuilder()
  const routers = [await startRouter(), await startRouter()]
  const { key } = await createApiKey(deps, {
    ...{ teamId: team.id, serverId: null, name: 'test', scopes: ['call'] },
    ...{ expiresAt: null, createdById: null },
  })

  async function startRouter() {
    const { db, events, encryptionKey } = deps
    const logger = { info: () => {}, warn: () => {}, error: console.error }
    const router = createRouter({ db, events, logger, nodeId: newId('node'), encryptionKey })
    const { port } = await router.listen({ host: '127.0.0.1', port: 0 })
    return { router, url: `http://127.0.0.1:${port}` }
  }

  async function deployed(name: string): Promise<Server> {
    const server = await fixture.newServer()
    const brokenFile = { key: 'BROKEN_FILE', value: join(dataDir, 'broken'), writeOnly: false }
    await setEnvVar(deps, { serverId: server.id, scope: 'production', ...brokenFile })
    const { id } = await fixture.push(server, sleepy(name))
    expect((await fixture.settled(id)).status).toBe('live')
    return server
  }

  function open(server: Server, init: RequestInit, router = 0): Promise<Response> {
    const headers = { ...init.headers, Authorization: `Bearer ${key}` }
    return fetch(`${routers[router]?.url}/${server.slug}/mcp`, { ...init, headers })
  }

  /** What the server answers through a router; throws where that is no answer. */
  async function call(server: Server, router = 0): Promise<string> {
    const params = { name: 'version' }
    const init = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
      signal: AbortSignal.timeout(40_000),
    }
    const response = await open(server, init, router)
    const text = await response.text()
    if (response.status !== 200) throw new Error(`${response.status} ${text}`)
    return JSON.parse(text).result.content[0].text
  }

  const instanceOf = (server: Server): Promise<Instance> =>
    deps.db.instance.findFirstOrThrow({
      where: { serverId: server.id, deployment: { status: 'live' } },
    })

  /** As if its last request, its start and its last waking were a day ago. */
  async function age(server: Server): Promise<void> {
    const then = new Date(Date.now() - 86_400_000)
    const { id, deploymentId } = await instanceOf(server)
    await deps.db.instanceUse.updateMany({ where: { instanceId: id }, data: { usedAt: then } })
    await deps.db.instance.update({ where: { id }, data: { createdAt: then, wokenAt: null } })
    await deps.db.deployment.update({ where: { id: deploymentId }, data: { finishedAt: then } })
  }

  /** Routers write the last use with a delay of a second, so it may take more than one look. */
  async function sleepsIn(server: Server, state: Instance['state'], tick = async () => {}) {
    await vi.waitFor(
      async () => {
        await age(server)
        await tick()
        expect((await instanceOf(server)).state).toBe(state)
      },
      { timeout: 30_000, interval: 100 },
    )
  }

  async function settle(server: Server, routing: object): Promise<void> {
    await deps.db.server.update({ where: { id: server.id }, data: { routing } })
  }

  async function notes(server: Server): Promise<string[]> {
    const where = { serverId: server.id, stream: 'system' } as const
    const rows = await deps.db.logLine.findMany({ where, orderBy: { id: 'asc' } })
    return rows.map(({ text }) => text)
  }

  async function close(): Promise<void> {
    await Promise.all(routers.map(({ router }) => router.close()))
    await driver.close()
    await fixture.close()
  }

  return {
    ...{
      ...fixture,
      driver,
      deployed,
      open,
      call,
      instanceOf,
      age,
      sleepsIn,
      settle,
      notes,
      close,
    },
    engineState: async (server: Server) =>
      (await driver.inspect((await instanceOf(server)).id))?.state ?? 'gone',
  }
}
