import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'

let opened: Opened
const home = mkdtempSync(join(tmpdir(), 'moorage-login-'))
const main = join(import.meta.dirname, '../../cli/src/main.ts')

beforeAll(async () => {
  opened = await openSignedIn()
})

afterAll(async () => {
  rmSync(home, { recursive: true, force: true })
  await opened?.close()
})

/** The real CLI; `page` is the address that it shows. */
function cli(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: home,
    env: { NODE_ENV: 'production', PATH: process.env.PATH, HOME: home },
  })
  const page = Promise.withResolvers<string>()
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
    const found = stderr.match(/http\S+\/device\?code=\S+(?=\n)/)?.[0]
    if (found) page.resolve(found)
  })
  const done = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }))
  const none = done.then(({ stderr }) => Promise.reject(new Error(`It showed no page: ${stderr}`)))
  none.catch(() => {})
  const shown = Promise.race([page.promise, none])
  shown.catch(() => {})
  return { page: shown, done }
}

test('moorage login gets a key from who allows it in the dashboard, and works with it until it is revoked', async () => {
  const { page } = opened
  const login = cli('login', '--device', '--url', opened.dashboard.url)
  await page.goto(await login.page)
  const shown = (await page.locator('main').textContent()) ?? ''
  for (const part of ['CLI of', '127.0.0.1', 'Harbour Works', person.email])
    expect(shown).toContain(part)
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  await page.getByText('It is let in.').waitFor()
  const { code, stdout, stderr } = await login.done
  expect(code, stderr).toBe(0)
  expect(stdout).toContain('Harbour Works')
  const saved = readFileSync(join(home, '.config/moorage/config.json'), 'utf8')
  expect(JSON.parse(saved)).toMatchObject({ key: expect.stringMatching(/^mrg_/) })
  expect((await cli('servers', '--json').done).stdout.trim()).toBe('[]')
  await page.goto('/keys')
  await page.getByRole('button', { name: /^Revoke CLI of/ }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('is revoked.').waitFor()
  expect((await cli('servers').done).code).toBe(3)
})

test('denied, moorage login says so; a code that waits for nobody is said to', async () => {
  const { page } = opened
  const login = cli('login', '--device', '--url', opened.dashboard.url)
  const address = await login.page
  await page.goto(address)
  await page.getByRole('button', { name: 'Deny' }).click()
  await page.getByText('It is not let in.').waitFor()
  const { code, stderr } = await login.done
  expect([code, stderr]).toEqual([3, expect.stringContaining('denied')])
  await page.goto(address)
  await page.getByText('Nothing waits under this code.').waitFor()
  await page.getByLabel('Code').fill('bcdf-ghjk')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.waitForURL(/code=bcdf-ghjk/)
})
