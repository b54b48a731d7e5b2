import { mkdirSync } from 'node:fs'
import { freePort } from '@moorage/embedded/free-port'
import { tether } from '@moorage/embedded/tether'
import { redisDatabases } from './env.ts'
import type { Service } from './service.ts'
import { ensureProgram } from './system-package.ts'

const databases = ['--databases', String(redisDatabases)]

export async function startRedis(dir: string, log: (line: string) => void): Promise<Service> {
  const file = await ensureProgram('redis-server', ['redis-server'], log)
  mkdirSync(dir, { recursive: true })
  const port = await freePort(0)
  const ready = Promise.withResolvers<void>()
  const settings = ['--bind', '127.0.0.1', '--port', String(port), '--dir', dir]
  const server = await tether({
    file,
    args: [
      ...settings,
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
      ...databases,
    ],
    env: { PATH: '/usr/bin:/bin' },
    onLine: (line) => {
      if (/ready to accept connections/i.test(line)) ready.resolve()
    },
  })
  const failed = server.ended.then(() => {
    throw new Error('redis-server ended before it was ready')
  })
  await Promise.race([ready.promise, failed])
  return { env: { TEST_REDIS_URL: `redis://127.0.0.1:${port}` }, stop: server.stop }
}
