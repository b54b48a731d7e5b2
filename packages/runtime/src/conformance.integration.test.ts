import { fork } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanArchive } from './clean-archive.ts'
import type { Image, InstanceEvent, RuntimeDriver, RuntimeName } from './driver.ts'
import type { BuilderOrder } from './testing/builder-to-kill.ts'
import { createDriver, type DriverChoice } from './testing/create-driver.ts'
import {
  ask,
  buildInput,
  eventually,
  instanceSpec,
  type LoggedBuild,
  logLines,
  nodePlan,
  removeTempDirs,
  sourceDir,
  tempDir,
} from './testing/fixture.ts'
import { askChild, stdioServer } from './testing/stdio-server.ts'

const dataDir = await tempDir()
afterAll(removeTempDirs)
const names: RuntimeName[] = dockerIsUp() ? ['process', 'docker'] : ['process']

describe.each(names)('the %s driver', (name) => {
  const choice = (): DriverChoice => ({
    name,
    platformId: newId('evt').replace('_', '-'),
    dataDir,
    nodeImage: baseImage('node'),
  })
  const own = choice()
  let driver: RuntimeDriver
  let other: RuntimeDriver
  let input: LoggedBuild
  let image: Image
  const never = new AbortController().signal

  beforeAll(async () => {
    driver = await createDriver(own)
    other = await createDriver(choice())
    input = await buildInput(nodePlan([['node', '-e', `console.log("built it")//${newId('evt')}`]]))
    image = await driver.build(input)
  })

  afterAll(async () => {
    for (const one of [driver, other]) {
      for (const { instanceId } of await one.list()) await one.remove(instanceId)
      await one.sweep()
      await one.close()
    }
    await driver.removeImage(image.id)
  })

  const start = (rest: Parameters<typeof instanceSpec>[2] = {}) =>
    driver.deploy(instanceSpec(input, image.id, rest))

  test('streams the build log: commands and what they print', () => {
    expect(input.lines.some((line) => line.includes('node -e'))).toBe(true)
    expect(input.lines).toContain('built it')
  })

  test('gives one image for one deployment, however often it is built', async () => {
    expect(await driver.build(input)).toEqual(image)
    expect(await driver.hasImage(image.id)).toBe(true)
  })

  test('lists the finished image under its deployment, and not to another platform', async () => {
    expect(await driver.listImages()).toContainEqual({
      id: image.id,
      deploymentId: input.deploymentId,
    })
    expect(await other.listImages()).toEqual([])
  })

  test('says so where a step was done by an earlier build, or does it again', async () => {
    const same = await buildInput(input.plan, { teamId: input.teamId })
    await driver.removeImage((await driver.build(same)).id)
    expect(same.lines.some((line) => line.includes('node -e'))).toBe(true)
    expect(same.lines.some((line) => line.endsWith('CACHED') || line === 'built it')).toBe(true)
  })

  test('fails a build with the exit code of the command that failed, and leaves no image', async () => {
    const failing = await buildInput(
      nodePlan([['node', '-e', 'console.error("oh no");process.exit(7)']]),
    )
    await expect(driver.build(failing)).rejects.toMatchObject({ code: 'build_failed', exitCode: 7 })
    expect(failing.lines).toContain('oh no')
  })

  test('ends a build at its time cap', async () => {
    const slow = await buildInput(nodePlan([['sleep', '60']]), {
      limits: { timeoutMs: 2_500, memoryBytes: 2 ** 30, cpus: 1, diskBytes: 2 ** 33 },
    })
    await expect(driver.build(slow)).rejects.toMatchObject({ code: 'timed_out' })
  })

  test('ends a canceled build at once, and leaves another build alone', async () => {
    const canceled = new AbortController()
    const marker = `cancel-${newId('evt')}`
    const slow = await buildInput(nodePlan([['node', '-e', 'setTimeout(()=>{},60000)', marker]]), {
      signal: canceled.signal,
      onLog: (line) => void (line.includes(marker) && setTimeout(() => canceled.abort(), 300)),
    })
    const sibling = await buildInput(
      nodePlan([['node', '-e', 'setTimeout(()=>{},4000)', newId('evt')]]),
    )
    const began = Date.now()
    const siblingBuild = driver.build(sibling)
    await expect(driver.build(slow)).rejects.toMatchObject({ code: 'canceled' })
    expect(Date.now() - began).toBeLessThan(20_000)
    await eventually(async () => !(await runs(marker)))
    const built = await siblingBuild
    await driver.removeImage(built.id)
  })

  test('refuses a root directory that leads out of the repository', async () => {
    for (const rootDir of ['..', '/etc', 'missing']) {
      const outside = await buildInput(nodePlan([], { rootDir }))
      await expect(driver.build(outside)).rejects.toMatchObject({ code: 'build_failed' })
    }
  })

  test('builds in the root directory that the plan names', async () => {
    const dir = await sourceDir({ 'sub/dir/here.txt': 'found' })
    const plan = nodePlan([['cat', 'here.txt']], { rootDir: 'sub/dir' })
    const below = await buildInput(plan, { sourceDir: dir })
    await driver.removeImage((await driver.build(below)).id)
    expect(below.lines).toContain('found')
  })

  test('hands a server’s build secrets to the steps of its build, and hides them in the log', async () => {
    const secret = `token-${newId('key')}`
    const look = `console.log(process.env.ANY_TOKEN === '${secret.slice(0, 4)}' + '${secret.slice(4)}', process.env.ANY_TOKEN)`
    const plan = nodePlan([['node', '-e', look]])
    const build = await buildInput(plan, { secrets: { ANY_TOKEN: secret } })
    const built = await driver.build(build)
    expect(build.lines).toContain('true ***')
    const status = await driver.deploy(instanceSpec(build, built.id))
    expect(await ask(status, 'env')).not.toHaveProperty('ANY_TOKEN')
    await driver.remove(status.instanceId)
    await driver.removeImage(built.id)
  })

  test('starts a server at an address of this host, with its environment and the plan’s', async () => {
    const status = await start({ env: { GREETING: 'hi', PORT: '1' } })
    expect(status).toMatchObject({ state: 'running', exitCode: null, outOfMemory: false })
    expect(status.address?.host).toBe('127.0.0.1')
    const env = await ask(status, 'env')
    expect(env).toMatchObject({ GREETING: 'hi', PLANNED: expect.stringMatching(/^at [\d.]+:\d+$/) })
    expect(env).not.toMatchObject({ PORT: '1' })
    expect(await driver.inspect(status.instanceId)).toEqual(status)
  })

  test('puts the bridge in front of a server that speaks stdio, and ends it with all its children', async () => {
    const start = { command: ['node', 'stdio.mjs'], env: { PLANNED: 'yes' } }
    const plan = nodePlan([], { transport: 'stdio', start })
    const source = await sourceDir({ 'stdio.mjs': stdioServer })
    const stdio = await buildInput(plan, { sourceDir: source })
    const { id } = await driver.build(stdio)
    const env = { GREETING: 'hi', STUBBORN: '1' }
    const spec = instanceSpec(stdio, id, { env })
    const status = await driver.deploy(spec)
    const [one, two] = [await askChild(status), await askChild(status)]
    expect(one).toMatchObject({ GREETING: 'hi', PLANNED: 'yes' })
    expect(one.pid).not.toBe(two.pid)
    for (const name of ['PORT', 'HOST', 'LD_LIBRARY_PATH', 'NODE_OPTIONS'])
      expect(one).not.toHaveProperty(name)
    await eventually(async () =>
      (await logLines(driver, spec.instanceId)).some(
        ({ stream, text }) => stream === 'stderr' && text === 'a child is up',
      ),
    )
    expect(await runs('stdio.mjs')).toBe(true)
    await driver.remove(spec.instanceId)
    await eventually(async () => !(await runs('stdio.mjs')))
    await driver.removeImage(id)
  })

  test('keeps the environment of an instance out of builds', async () => {
    const secret = newId('key')
    const running = await start({ env: { SECRET: secret } })
    const show = await buildInput(nodePlan([['node', '-p', 'JSON.stringify(process.env)']]), {
      serverId: input.serverId,
    })
    await driver.removeImage((await driver.build(show)).id)
    expect(show.lines.join()).not.toContain(secret)
    expect(await ask(running, 'env')).toMatchObject({ SECRET: secret })
  })

  test('returns an instance that already runs as it is', async () => {
    const spec = instanceSpec(input, image.id)
    const [first, second] = await Promise.all([driver.deploy(spec), driver.deploy(spec)])
    expect(second).toEqual(first)
    expect(await driver.deploy(spec)).toEqual(first)
  })

  test('starts an instance again that has ended', async () => {
    const spec = instanceSpec(input, image.id)
    await driver.deploy(spec)
    await driver.stop(spec.instanceId, { graceMs: 5_000 })
    const again = await driver.deploy(spec)
    expect(again.state).toBe('running')
    expect(await ask(again, '')).toBe('hello')
  })

  test('names a start command that is not there, in the error or in the log', async () => {
    const plan = nodePlan([], { start: { command: ['no-such-program'], env: {} } })
    const spec = instanceSpec(input, image.id, { plan })
    const error = await driver.deploy(spec).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    if (error) {
      expect(error).toMatchObject({
        code: 'start_failed',
        userMessage: expect.stringContaining('no-such-program'),
      })
      expect(await driver.inspect(spec.instanceId)).toBeNull()
      return
    }
    await eventually(async () => (await driver.inspect(spec.instanceId))?.exitCode === 127)
    const [line] = await logLines(driver, spec.instanceId)
    expect(line?.text).toContain('no-such-program')
  })

  test('fails a start whose image is gone', async () => {
    const spec = instanceSpec(
      input,
      image.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    )
    await expect(driver.deploy(spec)).rejects.toMatchObject({ code: 'start_failed' })
  })

  test('lists the instances of this platform, or of one server', async () => {
    const mine = await start()
    const elsewhere = await start({ serverId: newId('srv') })
    const ids = async (filter?: { serverId: string }) =>
      (await driver.list(filter)).map(({ instanceId }) => instanceId)
    expect(await ids()).toEqual(expect.arrayContaining([mine.instanceId, elsewhere.instanceId]))
    expect(await ids({ serverId: elsewhere.serverId })).toEqual([elsewhere.instanceId])
  })

  test('does not see what belongs to another platform on the same machine', async () => {
    const { instanceId } = await start()
    expect(await other.list()).toEqual([])
    expect(await other.inspect(instanceId)).toBeNull()
    await other.stop(instanceId, { graceMs: 0 })
    await other.remove(instanceId)
    await other.sweep()
    expect((await driver.inspect(instanceId))?.state).toBe('running')
  })

  test('keeps what a server prints, by stream and with the time', async () => {
    const before = Date.now()
    const status = await start()
    await ask(status, 'print', 'first')
    await sleep(20)
    const middle = new Date()
    await sleep(20)
    await ask(status, 'print', 'second')
    await eventually(async () => (await logLines(driver, status.instanceId)).length >= 5)
    const all = await logLines(driver, status.instanceId)
    const texts = (lines: typeof all) => lines.map(({ stream, text }) => `${stream} ${text}`).sort()
    const later = ['stderr error: second', 'stdout second']
    expect(texts(all)).toEqual(
      ['stderr error: first', 'stdout first', 'stdout listening', ...later].sort(),
    )
    for (const { at } of all) expect(at.getTime()).toBeGreaterThan(before - 1000)
    expect(texts(await logLines(driver, status.instanceId, middle))).toEqual(later)
  })

  test('follows a log until the server ends', async () => {
    const status = await start()
    const texts: string[] = []
    const options = { follow: true, signal: never }
    const following = (async () => {
      for await (const { text } of driver.logs(status.instanceId, options)) texts.push(text)
    })()
    await ask(status, 'print', 'live line')
    await eventually(async () => texts.includes('live line'))
    await driver.stop(status.instanceId, { graceMs: 5_000 })
    await following
    expect(texts.at(-1)).toBe('going')
  })

  test('stops following a log when told to, and knows no log of what never was', async () => {
    const status = await start()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 500)
    const options = { follow: true, signal: controller.signal }
    for await (const _line of driver.logs(status.instanceId, options)) {
      // Ends by the signal.
    }
    expect(await logLines(driver, newId('ins'))).toEqual([])
  })

  test('lets a server end by itself within the grace, and not after it', async () => {
    const polite = await start()
    await ask(polite, '')
    await driver.stop(polite.instanceId, { graceMs: 10_000 })
    expect(await driver.inspect(polite.instanceId)).toMatchObject({ state: 'exited', exitCode: 0 })

    const stubborn = await start({ env: { STUBBORN: '1' } })
    await ask(stubborn, '')
    await driver.stop(stubborn.instanceId, { graceMs: 1_000 })
    const ended = await driver.inspect(stubborn.instanceId)
    expect(ended).toMatchObject({ state: 'exited', exitCode: 137, address: null })
    expect((await logLines(driver, stubborn.instanceId)).map(({ text }) => text)).toContain(
      'not now',
    )
  })

  test('freezes a server that is paused: a request waits, and is answered with all its memory when it goes on', async () => {
    const status = await start()
    await ask(status, '')
    await driver.pause(status.instanceId)
    await driver.pause(status.instanceId)
    expect(await driver.inspect(status.instanceId)).toEqual({ ...status, state: 'paused' })
    const { host, port } = status.address ?? { host: '', port: 0 }
    let answered = false
    const asked = fetch(`http://${host}:${port}/`).then(async (response) => {
      answered = true
      return response.json()
    })
    await sleep(300)
    expect(answered).toBe(false)
    expect(await driver.resume(status.instanceId)).toBe(true)
    expect(await asked).toBe('hello')
    expect(await driver.resume(status.instanceId)).toBe(true)
    expect((await driver.inspect(status.instanceId))?.state).toBe('running')
  })

  test('keeps what a server writes to its volume, gives it to one instance at a time, and back from an archive', async () => {
    const volume = { name: `${newId('vol')}-1`, path: '/data' }
    const restored = { name: `${newId('vol')}-1`, path: '/data' }
    const write = (text: string) =>
      JSON.stringify([
        'node',
        '-e',
        `require('fs').writeFileSync(process.env.MOORAGE_VOLUME + '/kept', '${text}')`,
      ])
    const see = JSON.stringify([
      'node',
      '-p',
      `require('fs').readFileSync(process.env.MOORAGE_VOLUME + '/kept', 'utf8')`,
    ])
    const first = await start({ volume })
    expect(await ask(first, 'run', write('one'))).toBe('')
    await expect(start({ volume })).rejects.toThrow('Another instance still has')
    expect(await driver.removeVolume(volume.name)).toBe(false)
    await driver.pause(first.instanceId)
    const archive = cleanArchive(await driver.readVolume(volume.name), { strict: false })
    const saved = Buffer.concat(await archive.toArray())
    await driver.resume(first.instanceId)
    expect(await ask(first, 'run', write('two'))).toBe('')
    await driver.remove(first.instanceId)

    const second = await start({ volume })
    expect(await ask(second, 'run', see)).toBe('two\n')
    await driver.writeVolume(restored.name, cleanArchive(Readable.from([saved]), { strict: true }))
    const third = await start({ volume: restored })
    expect(await ask(third, 'run', see)).toBe('one\n')
    expect(await ask(third, 'run', write('three'))).toBe('')
    expect((await driver.listVolumes()).sort()).toEqual([volume.name, restored.name].sort())
    const held = (await driver.measureVolumes()).find(({ name }) => name === restored.name)
    expect(held?.sizeBytes).toBeGreaterThan(0)
    expect(await other.listVolumes()).toEqual([])
    for (const one of [second, third]) await driver.remove(one.instanceId)
    for (const { name } of [volume, restored]) {
      expect(await driver.removeVolume(name)).toBe(true)
      expect(await driver.removeVolume(name)).toBe(true)
    }
    expect(await driver.listVolumes()).toEqual([])
  })

  test('ends a paused server as politely as any, and removes it', async () => {
    const paused = await start()
    await ask(paused, '')
    await driver.pause(paused.instanceId)
    await driver.stop(paused.instanceId, { graceMs: 10_000 })
    expect(await driver.inspect(paused.instanceId)).toMatchObject({ state: 'exited', exitCode: 0 })
    expect(await driver.resume(paused.instanceId)).toBe(false)

    const other = await start()
    await driver.pause(other.instanceId)
    await driver.remove(other.instanceId)
    expect(await driver.inspect(other.instanceId)).toBeNull()
    await driver.pause(other.instanceId)
    expect(await driver.resume(other.instanceId)).toBe(false)
    expect(await driver.startAgain(other.instanceId)).toBeNull()
  })

  test('starts a server that ended again as it was made, or says that it keeps too little', async () => {
    const status = await start({ env: { GREETING: 'hi' } })
    await ask(status, '')
    await driver.stop(status.instanceId, { graceMs: 5_000 })
    const again = await driver.startAgain(status.instanceId)
    expect(again === null).toBe(name === 'process')
    if (!again) return
    expect(await ask(again, 'env')).toMatchObject({ GREETING: 'hi' })
    await driver.pause(status.instanceId)
    expect((await driver.startAgain(status.instanceId))?.state).toBe('running')
  })

  test('tells of an exit, with the exit code', async () => {
    const controller = new AbortController()
    const events: InstanceEvent[] = []
    const watching = (async () => {
      for await (const event of driver.watch(controller.signal)) events.push(event)
    })()
    await sleep(500)
    const status = await start()
    await ask(status, '')
    // A driver that looks now and then must have had the time to see it run.
    await sleep(700)
    await ask(status, 'exit', '42')
    await eventually(async () => events.length > 0)
    controller.abort()
    await watching
    const { instanceId } = status
    expect(events).toEqual([{ instanceId, kind: 'exited', exitCode: 42, outOfMemory: false }])
  })

  test('leaves nothing of a removed instance, and removes it twice without complaint', async () => {
    const status = await start()
    await ask(status, '')
    await driver.remove(status.instanceId)
    expect(await driver.inspect(status.instanceId)).toBeNull()
    expect(await logLines(driver, status.instanceId)).toEqual([])
    const { host, port } = status.address ?? { host: '', port: 0 }
    await expect(fetch(`http://${host}:${port}/`)).rejects.toThrow()
    await driver.remove(status.instanceId)
    await driver.stop(status.instanceId, { graceMs: 0 })
  })

  test('ends a build whose builder was killed, and sweeps what it left', async () => {
    const marker = newId('evt')
    const order = await builderOrder(['node', '-e', 'setTimeout(()=>{},60000)', marker])
    const builder = startBuilder(order)
    await eventually(() => runs(marker), 20_000)
    builder.kill('SIGKILL')
    await eventually(async () => !(await runs(marker)))
    await driver.sweep()
    const again = await driver.build({
      ...(await buildInput(nodePlan(), { deploymentId: order.deploymentId })),
    })
    await driver.removeImage(again.id)
  })

  test('keeps a server running whose builder was killed, and finds it again', async () => {
    const order = await builderOrder(['node', '--version'])
    const builder = startBuilder(order)
    await eventually(async () => builder.output().includes('deployed'), 30_000)
    builder.kill('SIGKILL')
    const next = await createDriver(own)
    await next.sweep()
    const found = await next.inspect(order.instanceId)
    if (!found) throw new Error('the instance is lost')
    expect(await ask(found, '')).toBe('hello')
    expect((await logLines(next, order.instanceId)).map(({ text }) => text)).toContain('listening')
    await ask(found, 'exit', '5')
    await eventually(async () => (await next.inspect(order.instanceId))?.exitCode === 5)
    await next.remove(order.instanceId)
    const image = await next.build(
      await buildInput(nodePlan(), { deploymentId: order.deploymentId }),
    )
    await next.removeImage(image.id)
  })

  const builderOrder = async (command: string[]): Promise<BuilderOrder> => ({
    driver: own,
    sourceDir: await sourceDir(),
    deploymentId: newId('dep'),
    instanceId: newId('ins'),
    command,
  })

  test('sweeps nothing that runs', async () => {
    const status = await start()
    await driver.sweep()
    expect(await ask(status, '')).toBe('hello')
    expect(await driver.hasImage(image.id)).toBe(true)
  })
})

function startBuilder(order: BuilderOrder) {
  const program = fileURLToPath(new URL('./testing/builder-to-kill.ts', import.meta.url))
  const child = fork(program, [JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let output = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), output: () => output }
}

/** Whether a process has this word among its arguments: in a container too, on the engine's host. */
async function runs(word: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return lines.some((line) => !line.includes('builder-to-kill') && line.split('\0').includes(word))
}
