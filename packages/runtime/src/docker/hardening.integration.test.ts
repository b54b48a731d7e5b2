import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Image, InstanceEvent, InstanceStatus, RuntimeDriver } from '../driver.ts'
import { createDriver } from '../testing/create-driver.ts'
import {
  ask,
  buildInput,
  eventually,
  instanceSpec,
  type LoggedBuild,
  nodePlan,
  removeTempDirs,
  sourceDir,
} from '../testing/fixture.ts'

/** Case 24 of the project's security cases: what a server in a container can do. */
describe.skipIf(!dockerIsUp())('a container', () => {
  const docker = new Docker()
  const platformId = newId('evt').replace('_', '-')
  let driver: RuntimeDriver
  let input: LoggedBuild
  let image: Image
  let status: InstanceStatus

  beforeAll(async () => {
    const nodeImage = baseImage('node')
    driver = await createDriver({ name: 'docker', platformId, dataDir: '', nodeImage })
    input = await buildInput(nodePlan())
    image = await driver.build(input)
    status = await start()
  })

  afterAll(async () => {
    await removeTempDirs()
    for (const { instanceId } of await driver.list()) await driver.remove(instanceId)
    for (const { Id } of await docker.listImages({
      filters: { label: [`dev.moorage.platform=${platformId}`] },
    }))
      await driver.removeImage(Id)
  })

  const start = (rest: Parameters<typeof instanceSpec>[2] = {}) =>
    driver.deploy(instanceSpec(input, image.id, rest))
  const run = (at: InstanceStatus, ...args: string[]) => ask(at, 'run', JSON.stringify(args))
  const facts = (at: InstanceStatus) =>
    docker.getContainer(`moorage-${platformId}-${at.instanceId}`).inspect()
  const addressOf = async (at: InstanceStatus) =>
    Object.values((await facts(at)).NetworkSettings.Networks)[0]?.IPAddress

  test('runs as a user that is not root, with no capability and no way to gain one', async () => {
    expect(await run(status, 'id', '-u')).toBe('10001\n')
    const proc = String(await ask(status, 'read', '/proc/self/status'))
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'CapInh'])
      expect(proc).toContain(`${set}:\t0000000000000000`)
    expect(proc).toMatch(/NoNewPrivs:\t1/)
    expect(proc).toMatch(/Seccomp:\t2/)
  })

  test('writes nowhere but to a small /tmp, and runs nothing from there', async () => {
    const script =
      'for d in / /app /etc /usr/local /var/tmp /run /home; do touch $d/x 2>/dev/null && echo $d; done; true'
    expect(await run(status, 'sh', '-c', script)).toBe('')
    expect(await run(status, 'sh', '-c', 'cp /bin/true /tmp/t && /tmp/t')).toMatch(
      /failed.*(denied|126)/s,
    )
    const fill = 'head -c 200000000 /dev/zero > /tmp/big; wc -c < /tmp/big; rm /tmp/big'
    expect(Number(await run(status, 'sh', '-c', fill))).toBeLessThanOrEqual(64 * 2 ** 20)
  })

  test('is held to its limits of memory, processors, processes and files', async () => {
    const { HostConfig } = await facts(
      await start({ limits: { memoryBytes: 2 ** 27, cpus: 0.5, pids: 9999, maxChildren: 4 } }),
    )
    expect(HostConfig).toMatchObject({
      Memory: 2 ** 27,
      MemorySwap: 2 ** 27,
      NanoCpus: 5e8,
      PidsLimit: 256,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
    })
    expect(await run(status, 'sh', '-c', 'ulimit -n; ulimit -c')).toBe('4096\n0\n')
  })

  test('cannot start more processes than it was given', async () => {
    const small = await start({
      limits: { memoryBytes: 2 ** 27, cpus: 1, pids: 32, maxChildren: 4 },
    })
    const bomb = 'for i in $(seq 100); do sleep 2 & done; wait'
    expect(await run(small, 'sh', '-c', bomb)).toMatch(/failed/)
    expect(await ask(small, '')).toBe('hello')
  })

  test('that takes too much memory is ended, and it is said why', async () => {
    const controller = new AbortController()
    const events: InstanceEvent[] = []
    const watching = (async () => {
      for await (const event of driver.watch(controller.signal)) events.push(event)
    })()
    const hungry = await start({
      limits: { memoryBytes: 64 * 2 ** 20, cpus: 1, pids: 64, maxChildren: 4 },
    })
    await ask(hungry, 'hog').catch(() => undefined)
    const mine = () => events.find(({ instanceId }) => instanceId === hungry.instanceId)
    await eventually(async () => mine() !== undefined, 30_000)
    controller.abort()
    await watching
    expect(mine()).toMatchObject({ kind: 'exited', exitCode: 137, outOfMemory: true })
    expect(await driver.inspect(hungry.instanceId)).toMatchObject({
      state: 'exited',
      outOfMemory: true,
    })
  })

  test('is reached from this host’s loopback only', async () => {
    const ports = (await facts(status)).NetworkSettings.Ports
    const bindings = Object.values(ports).flatMap((list) => list ?? [])
    expect(bindings.map(({ HostIp }) => HostIp)).toEqual(['127.0.0.1'])
  })

  test('reaches no other server, nor another instance of its own', async () => {
    const sibling = await start()
    const stranger = await start({ serverId: newId('srv') })
    const own = await addressOf(status)
    expect(await ask(status, 'connect', `${own}:8080`)).toBe('connected')
    for (const peer of [sibling, stranger]) {
      await ask(peer, '')
      expect(await ask(status, 'connect', `${await addressOf(peer)}:8080`)).not.toBe('connected')
    }
  })

  test('reaches neither a published port of a peer nor the engine by way of this host', async () => {
    const stranger = await start({ serverId: newId('srv') })
    await ask(stranger, '')
    const gateway = Object.values((await facts(status)).NetworkSettings.Networks)[0]?.Gateway
    for (const host of [gateway, '127.0.0.1'])
      for (const port of [stranger.address?.port, 2375, 2376])
        expect(await ask(status, 'connect', `${host}:${port}`)).not.toBe('connected')
    expect(await ask(status, 'read', '/var/run/docker.sock')).toMatch(/ENOENT/)
  })

  test('has a network that goes with the server’s last instance', async () => {
    const label = [`dev.moorage.platform=${platformId}`, `dev.moorage.server=${newId('srv')}`]
    const serverId = label[1]?.split('=')[1] ?? ''
    const [one, two] = [await start({ serverId }), await start({ serverId })]
    const networks = () => docker.listNetworks({ filters: { label } })
    expect(await networks()).toMatchObject([
      { Options: { 'com.docker.network.bridge.enable_icc': 'false' } },
    ])
    await driver.remove(one.instanceId)
    expect(await networks()).toHaveLength(1)
    await driver.remove(two.instanceId)
    expect(await networks()).toHaveLength(0)
  })

  test('takes over no user, volume, label or health command of its image', async () => {
    const dir = await sourceDir({
      Dockerfile: `FROM ${baseImage('node') ?? 'node:24-slim'}
WORKDIR /app
COPY server.mjs .
RUN mkdir -m 777 /data && sed -i s/^root:/captain:/ /etc/passwd
LABEL dev.moorage.platform=other dev.moorage.instance=other proxy.enable=true
HEALTHCHECK CMD touch /tmp/checked
VOLUME /data
STOPSIGNAL SIGINT
USER captain
CMD ["node", "server.mjs"]
`,
    })
    const plan = nodePlan([], { kind: 'dockerfile', dockerfile: 'Dockerfile', base: null })
    const own = await buildInput(plan, { sourceDir: dir })
    const built = await driver.build(own)
    const one = await driver.deploy(instanceSpec(own, built.id))
    expect(await run(one, 'id', '-u')).toBe('10001\n')
    const fill = 'head -c 200000000 /dev/zero > /data/big; wc -c < /data/big; rm /data/big'
    expect(Number(await run(one, 'sh', '-c', fill))).toBeLessThanOrEqual(64 * 2 ** 20)
    expect((await facts(one)).Mounts).toEqual([])
    expect(own.lines.join()).toContain('VOLUME /data')
    const { Config } = await facts(one)
    expect(Config).toMatchObject({ StopSignal: 'SIGTERM', Healthcheck: { Test: ['NONE'] } })
    expect(Config.Labels).toMatchObject({
      'dev.moorage.platform': platformId,
      'dev.moorage.instance': one.instanceId,
      'proxy.enable': '',
    })
  })
})

describe.skipIf(!dockerIsUp())('what a killed builder leaves on the engine', () => {
  test('is swept: containers that never started, and networks without one', async () => {
    const docker = new Docker()
    const platformId = newId('evt').replace('_', '-')
    const nodeImage = baseImage('node')
    const driver = await createDriver({ name: 'docker', platformId, dataDir: '', nodeImage })
    const labels = {
      'dev.moorage.platform': platformId,
      'dev.moorage.server': newId('srv'),
      'dev.moorage.deployment': newId('dep'),
      'dev.moorage.instance': newId('ins'),
    }
    const network = await docker.createNetwork({
      Name: `moorage-${platformId}-x`,
      Labels: labels,
      IPAM: { Driver: 'default', Config: [{ Subnet: '10.214.7.0/28' }] },
    })
    const container = await docker.createContainer({
      Image: nodeImage ?? 'node:24-slim',
      Labels: labels,
      HostConfig: { NetworkMode: network.id },
    })
    const elsewhere = await docker.createContainer({
      Image: nodeImage ?? 'node:24-slim',
      Labels: { ...labels, 'dev.moorage.server': newId('srv') },
    })
    expect(await driver.list()).toEqual([])
    await driver.sweep()
    for (const one of [container, elsewhere])
      await expect(one.inspect()).rejects.toMatchObject({ statusCode: 404 })
    await expect(network.inspect()).rejects.toMatchObject({ statusCode: 404 })
  })
})
