import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newId } from '@moorage/domain/id'
import { afterAll, expect, test } from 'vitest'
import { noBuildSettings } from '../build-settings.ts'
import { createProcessDriver } from '../process.ts'
import {
  ask,
  buildInput,
  eventually,
  instanceSpec,
  logLines,
  nodePlan,
  removeTempDirs,
  sourceDir,
  tempDir,
} from '../testing/fixture.ts'
import { instancePaths } from './paths.ts'

const dataDir = await tempDir()
const platformId = 'test'
const driver = createProcessDriver({ platformId, dataDir, build: noBuildSettings })
const input = await buildInput(nodePlan())
const image = await driver.build(input)
const start = (rest: Parameters<typeof instanceSpec>[2] = {}) =>
  driver.deploy(instanceSpec(input, image.id, rest))
const filesOf = (instanceId: string) =>
  instancePaths(join(dataDir, 'processes', platformId, 'instances', instanceId))

afterAll(async () => {
  for (const { instanceId } of await driver.list()) await driver.remove(instanceId)
  await removeTempDirs()
})

async function pidsOf(instanceId: string): Promise<{ launcher: number; server: number }> {
  const { launcher, server } = JSON.parse(await readFile(filesOf(instanceId).running, 'utf8'))
  return { launcher: launcher.pid, server: server.pid }
}

const exists = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('never signals a process that was given the number of one that ended', async () => {
  const victim = await start()
  const other = await start()
  await ask(victim, '')
  const files = filesOf(other.instanceId)
  const { server } = await pidsOf(victim.instanceId)
  const { launcher } = await pidsOf(other.instanceId)
  const reused = {
    launcher: { pid: launcher, startedAt: '1' },
    server: { pid: server, startedAt: '1' },
  }
  const before = await readFile(files.running, 'utf8')
  await writeFile(files.running, JSON.stringify(reused))
  expect(await driver.inspect(other.instanceId)).toMatchObject({ state: 'exited', exitCode: null })
  await driver.stop(other.instanceId, { graceMs: 100 })
  expect(await ask(victim, '')).toBe('hello')
  await writeFile(files.running, before)
})

test('shares no variable of its own with a server or a build', async () => {
  process.env.MOORAGE_TEST_SECRET = 'do not tell'
  const status = await start({ env: { ONE: '1' } })
  const env = await ask(status, 'env')
  expect(Object.keys(env as object).sort()).toEqual([
    'HOME',
    'HOST',
    'LANG',
    'ONE',
    'PATH',
    'PLANNED',
    'PORT',
    'TMPDIR',
  ])
  const show = await buildInput(nodePlan([['node', '-p', 'Object.keys(process.env).join()']]))
  await driver.build(show)
  expect(show.lines.join()).not.toContain('MOORAGE_TEST_SECRET')
  delete process.env.MOORAGE_TEST_SECRET
})

test('keeps the environment of a server out of every file', async () => {
  const secret = newId('key')
  const { instanceId } = await start({ env: { SECRET: secret } })
  const { facts, running } = filesOf(instanceId)
  for (const file of [facts, running]) expect(await readFile(file, 'utf8')).not.toContain(secret)
})

test('ends what a server started and left behind', async () => {
  const child =
    'const c = require("node:child_process").spawn("sleep", ["300"], { stdio: "ignore" });'
  const code = `${child} c.unref(); console.log(c.pid); setTimeout(() => process.exit(0), 300)`
  const plan = nodePlan([], { start: { command: ['node', '-e', code], env: {} } })
  const { instanceId } = await start({ plan })
  await eventually(async () => (await driver.inspect(instanceId))?.state === 'exited')
  const [line] = await logLines(driver, instanceId)
  const pid = Number(line?.text)
  expect(pid).toBeGreaterThan(1)
  await eventually(async () => !exists(pid))
})

test('loses no line of a server that ends at once', async () => {
  const code = 'require("node:fs").writeSync(1, "a\\nb\\n")'
  const plan = nodePlan([], { start: { command: ['node', '-e', code], env: {} } })
  const started = await Promise.all(Array.from({ length: 4 }, () => start({ plan })))
  for (const { instanceId } of started) {
    await eventually(async () => (await driver.inspect(instanceId))?.exitCode === 0)
    expect((await logLines(driver, instanceId)).map(({ text }) => text)).toEqual(['a', 'b'])
  }
})

test('sweeps a server whose launcher was killed', async () => {
  const status = await start()
  await ask(status, '')
  const { launcher, server } = await pidsOf(status.instanceId)
  process.kill(launcher, 'SIGKILL')
  await eventually(async () => (await driver.inspect(status.instanceId))?.state === 'exited')
  await driver.sweep()
  await eventually(async () => !exists(server))
})

test('holds a log to its size, and follows it across the cut without a gap', async () => {
  const count = 120_000
  const line = 'x'.repeat(60)
  const code = `let i = 0; const go = () => { let s = ''; for (let n = 0; n < 1000; n++) s += (i++) + ' ${line}\\n'; process.stdout.write(s, i < ${count} ? go : undefined) }; setTimeout(go, 500)`
  const plan = nodePlan([], { start: { command: ['node', '-e', code], env: {} } })
  const { instanceId } = await start({ plan })
  const numbers: number[] = []
  const options = { follow: true, signal: new AbortController().signal }
  for await (const { text } of driver.logs(instanceId, options))
    numbers.push(Number.parseInt(text, 10))
  expect(numbers.at(-1)).toBe(count - 1)
  for (let i = 1; i < numbers.length; i++) {
    const step = (numbers[i] ?? 0) - (numbers[i - 1] ?? 0)
    // A reader that is slower than two whole files may lose what was dropped, but never goes back.
    expect(step).toBeGreaterThan(0)
  }
  const kept = await logLines(driver, instanceId)
  expect(kept.length).toBeLessThan(count)
  expect(kept.at(-1)?.text).toMatch(new RegExp(`^${count - 1} `))
})

test('builds and starts a Python server with the Python of this machine', async () => {
  const dir = await sourceDir({
    'main.py': 'import sys; print("python", sys.version_info[0], flush=True)',
  })
  const plan = nodePlan([], {
    kind: 'python',
    base: { language: 'python', version: '3.12' },
    build: { copy: ['.'], run: [['python3', '-m', 'py_compile', 'main.py']], caches: [] },
    start: { command: ['python3', 'main.py'], env: {} },
  })
  const python = await buildInput(plan, { sourceDir: dir })
  const built = await driver.build(python)
  const { instanceId } = await driver.deploy(instanceSpec(python, built.id))
  await eventually(async () => (await driver.inspect(instanceId))?.exitCode === 0)
  expect((await logLines(driver, instanceId)).map(({ text }) => text)).toEqual(['python 3'])
})

test('says what to install where there is no Python, and for a Dockerfile', async () => {
  const bare = createProcessDriver({
    platformId,
    dataDir,
    build: noBuildSettings,
    searchPath: '/nowhere',
  })
  const python = nodePlan([], { kind: 'python', base: { language: 'python', version: '3.12' } })
  const dockerfile = nodePlan([], { kind: 'dockerfile', dockerfile: 'Dockerfile', base: null })
  for (const plan of [python, dockerfile])
    await expect(bare.build(await buildInput(plan))).rejects.toMatchObject({
      code: 'build_failed',
      hint: expect.stringContaining('Docker'),
    })
})
