import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { expect, test } from 'vitest'

async function startMain(
  env: Record<string, string>,
): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('main.ts', import.meta.url), {
    env: { PATH: process.env.PATH, MOORAGE_ROUTER_PORT: '0', ...env },
    silent: true,
  })
  let output = ''
  child.stderr?.on('data', (chunk) => {
    output += chunk
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${output}`)))
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const line = output.split('\n').find((one) => one.includes('Router is listening'))
      if (line) resolve(Number(JSON.parse(line).port))
    })
  })
  return { child, port }
}

test('on SIGTERM a request in flight finishes, the row goes, and the exit code is 0', async () => {
  const databaseUrl = await testDatabaseUrl()
  const db = createDb(databaseUrl)
  const upstream = createServer((_req, res) => {
    setTimeout(() => res.end('finished'), 800)
  }).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  await seed(db, (upstream.address() as AddressInfo).port)
  const { child, port } = await startMain({
    DATABASE_URL: databaseUrl,
    MOORAGE_NODE_ID: 'node_test',
  })
  expect(await db.routerNode.findUnique({ where: { id: 'node_test' } })).not.toBeNull()

  const answer = fetch(`http://127.0.0.1:${port}/open/mcp`)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await (await answer).text()).toBe('finished')
  expect(await exit).toEqual([0, null])
  expect(await db.routerNode.findUnique({ where: { id: 'node_test' } })).toBeNull()
  expect(await db.requestLog.count()).toBe(1)
  await db.$disconnect()
  upstream.close()
})

test('ends when the supervisor that started it is gone', async () => {
  const { child } = await startMain({ DATABASE_URL: await testDatabaseUrl() })
  const exit = once(child, 'exit')
  child.disconnect()
  expect(await exit).toEqual([0, null])
})

test('names what is missing in its environment', async () => {
  await expect(startMain({ DATABASE_URL: 'nonsense' })).rejects.toThrow('DATABASE_URL')
})

async function seed(db: ReturnType<typeof createDb>, port: number): Promise<void> {
  await db.team.create({ data: { id: 'team_1', slug: 'team', name: 'Team' } })
  await db.server.create({
    data: { id: 'srv_1', teamId: 'team_1', slug: 'open', name: 'Open', access: 'public' },
  })
  await db.deployment.create({
    data: { id: 'dep_1', serverId: 'srv_1', status: 'live', trigger: 'push' },
  })
  await db.instance.create({
    data: {
      ...{ id: 'ins_1', deploymentId: 'dep_1', serverId: 'srv_1', runtime: 'process' },
      ...{ host: '127.0.0.1', port, state: 'ready' },
    },
  })
  await db.route.create({ data: { serverId: 'srv_1', deploymentId: 'dep_1', version: 1n } })
}
