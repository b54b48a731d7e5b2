import { execFileSync, fork } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { freePort } from './free-port.ts'
import { startPostgres } from './postgres.ts'

// Mode 0700, as a home directory is: as root, the user postgres has no way in by itself.
const home = mkdtempSync(join(tmpdir(), 'moorage-embedded-'))
const dataDir = join(home, 'postgres')
const start = async () =>
  startPostgres({ dataDir, port: await freePort(0), password: 'p w/@', durable: false })

afterAll(() => rmSync(home, { recursive: true, force: true }))

test('starts in a directory that only its owner may enter, and ends with nothing left', async () => {
  const server = await start()
  expect(new URL(server.url).password).toBe('p%20w%2F%40')
  expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(true)
  await server.stop()
  expect(() => process.kill(server.pid, 0)).toThrow()
})

test('ends when the process that started it is killed outright', async () => {
  const owner = fork(fileURLToPath(new URL('fixtures/owner.ts', import.meta.url)), [dataDir], {
    execArgv: [],
  })
  const pid = await new Promise<number>((resolve) =>
    owner.once('message', (m) => resolve(Number(m))),
  )
  owner.kill('SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
})

test('ends the server that a killed run left behind, and starts', async () => {
  const first = await start()
  const keeper = Number(execFileSync('ps', ['-o', 'ppid=', '-p', String(first.pid)]))
  process.kill(keeper, 'SIGKILL')
  await sleep(200)
  expect(isAlive(first.pid)).toBe(true)
  const second = await start()
  await expect.poll(() => isAlive(first.pid), { timeout: 10_000 }).toBe(false)
  await second.stop()
})

test('leaves a process alone that merely has the pid in a stale file', async () => {
  const bystander = fork(fileURLToPath(new URL('fixtures/bystander.ts', import.meta.url)), [], {
    execArgv: [],
  })
  const pidFile = join(dataDir, 'postmaster.pid')
  writeFileSync(pidFile, `${bystander.pid}\n${dataDir}\n`)
  const server = await start()
  expect(bystander.pid && isAlive(bystander.pid)).toBe(true)
  expect(readFileSync(pidFile, 'utf8')).not.toContain(String(bystander.pid))
  bystander.kill('SIGKILL')
  await server.stop()
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
