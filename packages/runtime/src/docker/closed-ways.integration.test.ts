import { once } from 'node:events'
import { createServer } from 'node:net'
import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RuntimeDriver } from '../driver.ts'
import { createDriver } from '../testing/create-driver.ts'
import {
  ask,
  buildInput,
  instanceSpec,
  nodePlan,
  removeTempDirs,
  sourceDir,
} from '../testing/fixture.ts'
import { canHoldRuns } from './hold-runs.ts'

const metadata = '169.254.169.254:80'
const lookFile = `
const { connect } = require('node:net')
for (const at of process.argv.slice(2)) {
  const [host, port] = at.split(':')
  const socket = connect({ host, port, timeout: 3000 }, () => end('reached'))
  const end = (word) => { console.log(word, at); socket.destroy() }
  socket.on('timeout', () => end('open')).on('error', (error) => console.log('closed', at, error.code))
}
`
const isRoot = process.getuid?.() === 0

/** Cases 7, 10 and 24 of the project's security cases, from inside a real build and a real server. */
describe.skipIf(!dockerIsUp() || !isRoot)('with the rules in force', () => {
  const docker = new Docker()
  const host = createServer((socket) => socket.end())
  const platformId = newId('evt').replace('_', '-')
  let driver: RuntimeDriver
  let port = 0

  beforeAll(async () => {
    const nodeImage = baseImage('node')
    driver = await createDriver({ name: 'docker', platformId, dataDir: '', nodeImage })
    expect(await driver.protect()).toEqual([])
    host.listen(0, '0.0.0.0')
    await once(host, 'listening')
    const address = host.address()
    port = typeof address === 'object' && address ? address.port : 0
  })

  afterAll(async () => {
    host.close()
    for (const { instanceId } of await driver.list()) await driver.remove(instanceId)
    for (const { id } of await driver.listImages()) await driver.removeImage(id)
    await removeTempDirs()
  })

  const buildGateway = async () =>
    String((await docker.getNetwork('bridge').inspect()).IPAM?.Config?.[0]?.Gateway)

  test('a server reaches neither the machine it runs on nor a metadata address', async () => {
    const input = await buildInput(nodePlan())
    const image = await driver.build(input)
    const status = await driver.deploy(instanceSpec(input, image.id))
    const facts = await docker.getContainer(`moorage-${platformId}-${status.instanceId}`).inspect()
    const gateway = Object.values(facts.NetworkSettings.Networks)[0]?.Gateway
    expect(await ask(status, 'connect', `${gateway}:${port}`)).toBe('EHOSTUNREACH')
    expect(await ask(status, 'connect', `${await buildGateway()}:${port}`)).toBe('EHOSTUNREACH')
    expect(await ask(status, 'connect', metadata)).toBe('EHOSTUNREACH')
  })

  /** On the bridge where the steps of builds are, as another build would be. */
  async function startNeighbour() {
    const serve = "require('node:net').createServer((socket) => socket.end()).listen(8080)"
    const container = await docker.createContainer({
      Image: baseImage('node') ?? 'node:24-slim',
      Entrypoint: ['node', '-e', serve],
    })
    await container.start()
    const { Networks } = (await container.inspect()).NetworkSettings
    return { container, address: Networks.bridge?.IPAddress ?? '' }
  }

  test('a build reaches neither its machine, nor another build, nor a metadata address', async () => {
    const gateway = await buildGateway()
    const neighbour = await startNeighbour()
    const targets = [`${gateway}:${port}`, `${neighbour.address}:8080`, metadata, '10.0.0.1:5432']
    const dir = await sourceDir({ 'look.cjs': lookFile, nonce: newId('evt') })
    const input = await buildInput(nodePlan([['node', 'look.cjs', ...targets]]), { sourceDir: dir })
    const image = await driver.build(input)
    await driver.removeImage(image.id)
    await neighbour.container.remove({ force: true })
    const said = input.lines.filter((line) => /^(reached|open|closed) \d/.test(line)).sort()
    expect(said).toEqual(targets.map((at) => `closed ${at} EHOSTUNREACH`).sort())
  })

  test.skipIf(!canHoldRuns())(
    'a step over its memory is killed, and the cap is named',
    async () => {
      const hog = `const held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 20) // ${newId('evt')}`
      const limits = { timeoutMs: 60_000, memoryBytes: 256 * 2 ** 20, cpus: 1, diskBytes: 2 ** 33 }
      const input = await buildInput(nodePlan([['node', '-e', hog]]), { limits })
      await expect(driver.build(input)).rejects.toMatchObject({
        code: 'build_failed',
        exitCode: 137,
        hint: expect.stringContaining('256 MB'),
      })
    },
  )

  test('a build that fills the disk is ended, and the cap is named', async () => {
    const fill = `i=0; while [ $i -lt 300 ]; do dd if=/dev/urandom of=/fill$i bs=1M count=8 2>/dev/null; sleep 0.1; i=$((i+1)); done # ${newId('evt')}`
    const limits = { timeoutMs: 60_000, memoryBytes: 2 ** 30, cpus: 1, diskBytes: 64 * 2 ** 20 }
    const input = await buildInput(nodePlan([['sh', '-c', fill]]), { limits })
    await expect(driver.build(input)).rejects.toMatchObject({
      code: 'too_large',
      userMessage: 'The build wrote more than 64 MB to the disk.',
    })
  })
})
