import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { testDatabaseUrl } from '@moorage/testing/services'
import { expect, test, vi } from 'vitest'
import { createEvents, type PlatformEvent } from './events.ts'

test('while Postgres is away one connection is tried at a time, and events go on when it is back', async () => {
  const postgres = await startCuttable(new URL(await testDatabaseUrl()))
  const events = await createEvents({ databaseUrl: postgres.url })
  const heard: PlatformEvent[] = []
  await events.subscribe((event) => void heard.push(event))
  postgres.cut()
  await sleep(3_000)
  expect(postgres.tried()).toBeGreaterThan(1)
  expect(postgres.tried()).toBeLessThan(10)
  postgres.mend()
  await vi.waitFor(
    async () => {
      await events.publish({ type: 'server', serverId: 'srv_1' })
      expect(heard.length).toBeGreaterThan(0)
    },
    { timeout: 5_000, interval: 100 },
  )
  await events.close()
  await postgres.stop()
})

/** The database behind a port that can be shut. */
async function startCuttable(database: URL) {
  const sockets = new Set<Socket>()
  let isCut = false
  let tried = 0
  const server = createServer((socket) => {
    if (isCut) {
      tried += 1
      socket.destroy()
      return
    }
    const to = connect(Number(database.port), database.hostname)
    for (const one of [socket, to]) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => [socket, to].map((each) => each.destroy()))
    }
    socket.pipe(to).pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(database)
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: url.href,
    tried: () => tried,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.destroy()
      sockets.clear()
    },
    mend: () => {
      isCut = false
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
