import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { liveBytes } from './testing/leaks.ts'
import { startPlatform, type TestPlatform } from './testing/platform.ts'
import { openSession } from './testing/raw-session.ts'
import { readAll, startUpstream, type Upstream } from './testing/upstream.ts'

const mib = 1024 * 1024
const filler = 'x'.repeat(60_000)
let platform: TestPlatform
let upstream: Upstream
let mcp: string
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  upstream = await startUpstream(async (req, res) => {
    await readAll(req)
    const head = { 'Content-Type': 'application/json', 'Mcp-Session-Id': randomUUID() }
    res.writeHead(200, head).end('{"jsonrpc":"2.0","id":0,"result":{}}')
  })
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  key = (await platform.addKey(teamId)).key
  mcp = `${(await platform.startRouter()).url}/${server.slug}/mcp`
})
afterAll(async () => {
  await platform.close()
  await upstream.stop()
})

test('what clients say of themselves fills no memory, however long it is', async () => {
  await openSession(mcp, key)
  const before = await liveBytes()
  for (let n = 0; n < 200; n += 1) await openSession(mcp, key, { experimental: { filler } })
  expect((await liveBytes()) - before).toBeLessThan(4 * mib)
})
