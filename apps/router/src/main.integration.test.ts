import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDb } from '@moorage/db/client'
import { testDatabaseUrl } from '@moorage/testing/services'
import { expect, test } from 'vitest'
import { seed, startMain } from './main-fixture.ts'

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
  expect(await db.routerNode.findUnique({ where: { id: 'node_test-1' } })).not.toBeNull()

  const answer = fetch(`http://127.0.0.1:${port}/open/mcp`)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  expect(await (await answer).text()).toBe('finished')
  expect(await exit).toEqual([0, null])
  expect(await db.routerNode.findUnique({ where: { id: 'node_test-1' } })).toBeNull()
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
