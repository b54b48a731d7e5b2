import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@moorage/embedded/free-port'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { git, newWorkTree, remote, searchPath, tempDirectory } from './testing/git-client.ts'
import { type Platform, startPlatform } from './testing/platform.ts'

let platform: Platform

beforeAll(async () => {
  platform = await startPlatform({ deploys: false })
})
afterAll(() => platform.stop())

async function startApp() {
  const port = await freePort(0)
  const origin = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: platform.databaseUrl,
    MOORAGE_DATA_DIR: tempDirectory(),
    MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    MOORAGE_GIT_PORT: String(port),
    MOORAGE_ROUTER_URL: 'http://router.test',
    MOORAGE_DASHBOARD_URL: 'http://dashboard.test',
    MOORAGE_GIT_URL: origin,
    PATH: searchPath,
  }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  while (!(await fetch(`${origin}/healthz`).catch(() => null))?.ok) await sleep(50)
  return { child, origin, exited }
}

test('told to end, it lets a waiting pusher go with the word that the deployment goes on', async () => {
  const { child, origin, exited } = await startApp()
  const key = await (await platform.team('ending')).key(['deploy'])
  const pushing = git(await newWorkTree(), 'push', remote(origin, 'unbuilt', key), 'main')
  while ((await platform.app.deps.db.deployment.count()) === 0) await sleep(50)
  child.kill('SIGTERM')
  const { code, output } = await pushing
  expect(code, output).toBe(0)
  expect(output).toContain('The deployment goes on: http://dashboard.test/servers/unbuilt')
  expect((await exited)[0]).toBe(0)
})

test('does not outlive the process that started it', async () => {
  const { child, exited } = await startApp()
  child.disconnect()
  expect((await exited)[0]).toBe(0)
})

test('says which settings are missing, and does not start without them', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { PATH: searchPath },
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  expect(code).not.toBe(0)
  expect(said).toContain('DATABASE_URL')
})
