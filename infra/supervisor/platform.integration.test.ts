import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@moorage/embedded/free-port'
import { afterAll, expect, test } from 'vitest'
import { answers } from './health.ts'
import { root } from './options.ts'
import { readReady } from './ready-file.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'moorage-platform-'))
const readyFile = join(dataDir, 'ready.json')
const started: ChildProcess[] = []
afterAll(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function start() {
  const { DATABASE_URL: _own, ...env } = process.env
  const args = [
    'infra/supervisor/main.ts',
    '--no-example',
    '--port-base',
    String(await freePort(20_000)),
  ]
  const platform = spawn(process.execPath, args, {
    cwd: root,
    env: { ...env, MOORAGE_DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(platform)
  const said = { text: '' }
  for (const stream of [platform.stdout, platform.stderr]) {
    stream.on('data', (chunk) => {
      said.text += chunk
    })
  }
  const ended = once(platform, 'exit').then(([code]) => Number(code))
  return { platform, ended, said }
}

async function startUntilReady() {
  const run = await start()
  const gaveUp = run.ended.then(() => {
    throw new Error(`It ended before it was ready:\n${run.said.text}`)
  })
  const isReady = expect.poll(() => existsSync(readyFile), { timeout: 240_000 }).toBe(true)
  await Promise.race([isReady, gaveUp])
  const ready = readReady(dataDir)
  if (!ready) throw new Error('unreachable')
  return { ...run, ready }
}

/** Every process that belongs to this platform: apps by their environment, Postgres by its arguments. */
function itsProcesses(): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      return ''
    }
  }
  // Which app it is, and whether it runs, waits or sleeps: all that is known of one that stays behind.
  const where = (pid: string) => {
    try {
      return `${readlinkSync(`/proc/${pid}/cwd`)} ${read(`/proc/${pid}/wchan`)}`
    } catch {
      return ''
    }
  }
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const own = String(process.pid)
  return pids
    .filter((pid) => pid !== own)
    .map((pid) => ({ pid, args: read(`/proc/${pid}/cmdline`), env: read(`/proc/${pid}/environ`) }))
    .filter(({ args, env }) => args.includes(dataDir) || env.includes(dataDir))
    .map(
      ({ pid, args }) =>
        `${args.replaceAll('\0', ' ')}\n${read(`/proc/${pid}/status`)}${where(pid)}`,
    )
}

test.runIf(process.platform === 'linux')(
  'leaves nothing behind when killed outright, nor when asked to stop, and comes back as it was',
  { timeout: 300_000 },
  async () => {
    const first = await startUntilReady()
    expect(statSync(readyFile).mode & 0o777).toBe(0o600)
    expect(await answers(`${first.ready.dashboardUrl}/api/healthz`)).toBe(true)

    const second = await start()
    expect(await second.ended).toBe(1)
    expect(second.said.text).toContain(`Its dashboard: ${first.ready.dashboardUrl}`)
    expect(existsSync(readyFile)).toBe(true)

    expect(itsProcesses().length).toBeGreaterThan(5)
    first.platform.kill('SIGKILL')
    await expect.poll(itsProcesses, { timeout: 30_000 }).toEqual([])
    expect(existsSync(readyFile)).toBe(false)

    const again = await startUntilReady()
    expect(again.ready.adminApiKey).toBe(first.ready.adminApiKey)
    again.platform.kill('SIGINT')
    expect(await again.ended).toBe(0)
    expect(itsProcesses()).toEqual([])
    expect(existsSync(readyFile)).toBe(false)
  },
)
