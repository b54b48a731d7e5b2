import { createServer } from 'node:net'
import { freePort } from '@moorage/embedded/free-port'
import { expect, test } from 'vitest'
import { choosePorts } from './ports.ts'

test('moves past a taken port and says so', async () => {
  const base = await freePort(0)
  const busy = createServer()
  await new Promise<void>((resolve) => busy.listen(base, '127.0.0.1', resolve))
  try {
    const { ports, notes } = await choosePorts(base)
    expect(ports.web).toBeGreaterThan(base)
    expect(notes).toContain(`port ${base} is taken: the dashboard is on ${ports.web}`)
  } finally {
    busy.close()
  }
})

test('never gives two apps the same port', async () => {
  const base = await freePort(0)
  // All between the dashboard's and the router's usual ports are taken, so that the first moves on.
  const busy = await Promise.all(
    Array.from({ length: 10 }, async (_, index) => {
      const server = createServer().on('error', () => {})
      server.listen(base + index, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve).once('error', resolve))
      return server
    }),
  )
  try {
    const { ports } = await choosePorts(base)
    expect(ports.web).toBeGreaterThanOrEqual(base + 10)
    expect(new Set(Object.values(ports)).size).toBe(3)
  } finally {
    for (const server of busy) server.close()
  }
})
