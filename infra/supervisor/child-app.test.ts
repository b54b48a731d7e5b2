import { type ChildProcess, fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { processIdentity } from '../bootstrap/process-identity.mjs'
import { startApp } from './child-app.ts'
import type { Log } from './log.ts'

const dir = mkdtempSync(join(tmpdir(), 'moorage-child-app-'))
const fixtures = join(import.meta.dirname, 'fixtures')
const message = z.object({ pids: z.array(z.number()) })
const isAlive = (pid: number) => processIdentity(pid) !== null
afterAll(() => rmSync(dir, { recursive: true }))

function start(main: string) {
  const lines: string[] = []
  const starts: number[][] = []
  const log: Log = {
    line: (_name, text) => lines.push(text),
    say: () => {},
    step: (_title, work) => work(),
    show: () => {},
    kept: () => lines,
  }
  const onMessage = (said: unknown) => starts.push(message.parse(said).pids)
  const app = startApp({ name: 'app', main, cwd: fixtures, env: process.env, onMessage }, log)
  return { app, lines, starts }
}

test('starts an app again that dies, and counts its deaths', async () => {
  const { app, lines, starts } = start('dying-app.ts')
  await expect.poll(() => starts.length, { timeout: 10_000 }).toBeGreaterThan(1)
  expect(app.deaths()).toBeGreaterThan(0)
  expect(lines).toContain('about to die')
  expect(lines.some((line) => line.includes('exit code 3'))).toBe(true)
  await app.stop(1_000)
  const runs = starts.length
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  expect(starts).toHaveLength(runs)
})

test('ends an app that ignores the request, with all that it started', async () => {
  const { app, starts } = start('stubborn-app.ts')
  await expect.poll(() => starts.length, { timeout: 10_000 }).toBe(1)
  const pids = starts.flat()
  expect(pids.every(isAlive)).toBe(true)
  await app.stop(300)
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

function startOwned(main: string, env: NodeJS.ProcessEnv = {}) {
  const owner = fork(join(fixtures, 'owner.ts'), [main], {
    execArgv: [],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  return new Promise<{ owner: ChildProcess; pid: number }>((resolve) =>
    owner.once('message', (said) => resolve({ owner, pid: message.parse(said).pids[0] ?? 0 })),
  )
}

test('an app that hangs at its end does not outlive a supervisor that is killed outright', async () => {
  const { owner, pid } = await startOwned('hanging-app.ts')
  owner.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
})

test('lets an app shut down in order when the supervisor is killed outright', async () => {
  const file = join(dir, 'said')
  const { owner, pid } = await startOwned('talking-app.ts', { TALKING_APP_FILE: file })
  owner.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false)
  expect(existsSync(file) && readFileSync(file, 'utf8')).toBe('shut down in order')
})
