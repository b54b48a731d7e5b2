import { randomBytes } from 'node:crypto'
import { createApiKey } from '@moorage/access/api-key'
import { createEvents } from '@moorage/bus/events'
import { createDb, Prisma } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import type { Scope } from '@moorage/domain/permission'
import { testDatabaseUrl } from '@moorage/testing/services'
import { createRouter, type Router, type RouterOptions } from '../router.ts'

export type TestServer = { id: string; slug: string; teamId: string }
export type TestPlatform = Awaited<ReturnType<typeof startPlatform>>

/** A database of its own, with a router over it, and what the builder would write into it. */
export async function startPlatform(options: Partial<RouterOptions> = {}) {
  const databaseUrl = await testDatabaseUrl()
  const db = createDb(databaseUrl, { maxConnections: 5 })
  const events = await createEvents({ databaseUrl })
  const encryptionKey = randomBytes(32)
  const problems: string[] = []
  const note = (_fields: object, message: string) => void problems.push(message)
  const logger = { info: () => {}, warn: note, error: note }
  const routers: Router[] = []
  let slugs = 0

  async function startRouter(
    own: Partial<RouterOptions> = {},
    port = 0,
  ): Promise<{ router: Router; url: string; nodeId: string }> {
    const nodeId = newId('node')
    const router = createRouter({ db, events, logger, nodeId, encryptionKey, ...options, ...own })
    routers.push(router)
    const at = await router.listen({ host: '127.0.0.1', port })
    return { router, url: `http://127.0.0.1:${at.port}`, nodeId }
  }

  async function addTeam(): Promise<string> {
    const id = newId('team')
    await db.team.create({ data: { id, slug: id.replace('_', '-'), name: 'A team' } })
    return id
  }

  async function addServer(
    teamId: string,
    data: Partial<Prisma.ServerUncheckedCreateInput> = {},
  ): Promise<TestServer> {
    slugs += 1
    const slug = `server-${slugs}`
    const id = newId('srv')
    await db.server.create({ data: { id, teamId, slug, name: slug, ...data } })
    await events.publish({ type: 'server', serverId: id })
    return { id, slug, teamId }
  }

  async function addKey(
    teamId: string,
    data: {
      serverId?: string
      scopes?: Scope[]
      expiresAt?: Date
      createdById?: string
      limits?: object
    } = {},
  ): Promise<{ id: string; key: string }> {
    const { key, record } = await createApiKey(
      { db, events },
      {
        teamId,
        serverId: data.serverId ?? null,
        name: 'test',
        scopes: data.scopes ?? ['call'],
        expiresAt: data.expiresAt ?? null,
        createdById: data.createdById ?? null,
        limits: data.limits,
      },
    )
    return { id: record.id, key }
  }

  /** Switches the route to a new deployment with these instances; the old ones drain. */
  async function deploy(
    server: TestServer,
    ports: number | number[],
    plan: {
      path?: string
      port?: number
      runtime?: string
      transport?: string
      callerSecrets?: object[]
    } = {},
  ): Promise<{
    deploymentId: string
    instanceIds: string[]
    version: bigint
    committedMs: number
  }> {
    const deploymentId = newId('dep')
    const instances = [ports].flat().map((port) => ({ id: newId('ins'), port }))
    const version = await db.$transaction(async (tx) => {
      await tx.instance.updateMany({
        where: { serverId: server.id, state: 'ready' },
        data: { state: 'draining' },
      })
      await tx.deployment.updateMany({
        where: { serverId: server.id, status: 'live' },
        data: { status: 'retired' },
      })
      await tx.deployment.create({
        data: {
          id: deploymentId,
          serverId: server.id,
          status: 'live',
          trigger: 'push',
          plan: {
            path: plan.path ?? '/mcp',
            port: plan.port ?? 8000,
            transport: plan.transport ?? 'streamable-http',
            ...(plan.callerSecrets && { callerSecrets: plan.callerSecrets }),
          },
        },
      })
      for (const { id, port } of instances)
        await tx.instance.create({
          data: {
            id,
            deploymentId,
            serverId: server.id,
            runtime: plan.runtime ?? 'process',
            host: '127.0.0.1',
            port,
            state: 'ready',
          },
        })
      const [row] = await tx.$queryRaw<{ version: bigint }[]>(
        Prisma.sql`SELECT nextval('route_version') AS version`,
      )
      if (!row) throw new Error('no version')
      await tx.route.upsert({
        where: { serverId: server.id },
        create: { serverId: server.id, deploymentId, version: row.version },
        update: { deploymentId, version: row.version },
      })
      return row.version
    })
    const committedMs = performance.now()
    await events.publish({ type: 'route', serverId: server.id, version: version.toString() })
    return { deploymentId, instanceIds: instances.map(({ id }) => id), version, committedMs }
  }

  /** What the builder waits for before an old instance goes. */
  async function drained(nodeId: string, version: bigint, instanceIds: string[]): Promise<void> {
    await until(async () => {
      const row = await db.routerNode.findUnique({ where: { id: nodeId } })
      return (
        row !== null &&
        row.ackedVersion >= version &&
        !instanceIds.some((id) => row.busy.includes(id))
      )
    })
  }

  async function removeInstances(instanceIds: string[]): Promise<void> {
    await db.instance.updateMany({ where: { id: { in: instanceIds } }, data: { state: 'stopped' } })
  }

  return {
    ...{ db, events, problems, databaseUrl, encryptionKey },
    ...{ startRouter, addTeam, addServer, addKey, deploy, drained, removeInstances },
    async close() {
      await Promise.all(routers.map((router) => router.close()))
      await events.close()
      await db.$disconnect()
    },
  }
}

/** Waits for what has to come true by itself; throws after `ms`. */
export async function until(check: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`It did not come true within ${ms} ms: ${check}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
