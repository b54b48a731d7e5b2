import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { newId } from '@moorage/domain/id'
import { freePort } from '@moorage/embedded/free-port'
import { tether } from '@moorage/embedded/tether'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { ensureProgram } from '@moorage/testing/system-package'
import Docker from 'dockerode'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noBuildSettings } from '../build-settings.ts'
import { createDockerDriver } from '../docker.ts'
import type { RuntimeDriver } from '../driver.ts'
import {
  ask,
  buildInput,
  instanceSpec,
  nodePlan,
  removeTempDirs,
  sourceDir,
  tempDir,
} from '../testing/fixture.ts'

const password = randomBytes(12).toString('hex')
const run = promisify(execFile)
const docker = new Docker()

describe.skipIf(!dockerIsUp())('an image that exists already', () => {
  let registry: Awaited<ReturnType<typeof startRegistry>>
  let driver: RuntimeDriver
  let open: RuntimeDriver
  const platformId = newId('evt').replace('_', '-')

  beforeAll(async () => {
    registry = await startRegistry()
    // Whoever is first sends the layers of the base image, too.
    await registry.push('base:1', [])
    const auth = Buffer.from(`reader:${password}`).toString('base64')
    const registryAuth = { [registry.host]: { auth } }
    driver = await createDockerDriver({ platformId, build: noBuildSettings, registryAuth })
    open = await createDockerDriver({ platformId, build: noBuildSettings })
  }, 180_000)
  afterAll(async () => {
    await driver?.sweep()
    await registry?.stop()
    await removeTempDirs()
  })

  const imagePlan = (image: string) =>
    nodePlan([], { kind: 'image', image, base: null, start: { command: [], env: {} } })

  test('is pulled by its digest, runs as it says itself, and goes without trace', async () => {
    const name = await registry.push('server:1', ['ENV FROM_IMAGE=yes'])
    const build = await buildInput(imagePlan(name))
    const image = await driver.build(build)
    const digest = /@(sha256:[a-f0-9]{64})/.exec(build.lines.join('\n'))?.[1]
    expect(build.lines).toContain(`Pulling ${registry.host}/server@${digest}`)
    expect(await driver.listImages()).toEqual([{ id: image.id, deploymentId: build.deploymentId }])
    const status = await driver.deploy(instanceSpec(build, image.id))
    expect(await ask(status, 'env')).toMatchObject({ FROM_IMAGE: 'yes', PORT: '8080' })
    await driver.remove(status.instanceId)
    await driver.removeImage(image.id)
    expect(await imagesOf(registry.host)).toEqual([])
  })

  test('is one image a deployment, so that removing one leaves the other', async () => {
    const name = await registry.push('twice:1', [])
    const [one, two] = [await buildInput(imagePlan(name)), await buildInput(imagePlan(name))]
    const images = await Promise.all([driver.build(one), driver.build(two)])
    expect(new Set(images.map(({ id }) => id)).size).toBe(2)
    await driver.removeImage(images[0]?.id ?? '')
    const status = await driver.deploy(instanceSpec(two, images[1]?.id ?? ''))
    expect(await ask(status, '')).toBe('hello')
    await driver.remove(status.instanceId)
    await driver.removeImage(images[1]?.id ?? '')
  })

  test('never takes the place of what the operator has under the same name', async () => {
    const name = await registry.push('taken:1', [])
    await docker.getImage(baseImage('node') ?? 'node:24-slim').tag({
      repo: `${registry.host}/taken`,
      tag: '1',
    })
    const before = (await docker.getImage(name).inspect()).Id
    const image = await driver.build(await buildInput(imagePlan(name)))
    expect((await docker.getImage(name).inspect()).Id).toBe(before)
    await docker.getImage(name).remove()
    await driver.removeImage(image.id)
  })

  test('is refused where it is for another kind of machine, or missing, or private', async () => {
    const other = await registry.push('other:1', [], 's390x')
    await expect(driver.build(await buildInput(imagePlan(other)))).rejects.toMatchObject({
      code: 'build_failed',
      userMessage: expect.stringMatching(/^The image is for linux\/s390x; this machine is linux\//),
    })
    const missing = imagePlan(`${registry.host}/missing:1`)
    await expect(driver.build(await buildInput(missing))).rejects.toMatchObject({
      code: 'build_failed',
      userMessage: expect.stringContaining('cannot be pulled'),
    })
    const name = await registry.push('private:1', [])
    await expect(open.build(await buildInput(imagePlan(name)))).rejects.toMatchObject({
      code: 'build_failed',
      hint: expect.stringContaining('MOORAGE_REGISTRY_AUTH'),
    })
  })

  test('is pulled with the credentials of its own server, and with no other’s', async () => {
    const name = await registry.push('own:1', [])
    const auth = { [registry.host]: { username: 'reader', password } }
    const own = { REGISTRY_AUTH: JSON.stringify({ auths: auth }) }
    const input = { ...(await buildInput(imagePlan(name))), secrets: own }
    await open.removeImage((await open.build(input)).id)
    await expect(open.build(await buildInput(imagePlan(name)))).rejects.toMatchObject({
      hint: expect.stringContaining('REGISTRY_AUTH'),
    })
    const bad = { ...(await buildInput(imagePlan(name))), secrets: { REGISTRY_AUTH: 'reader:x' } }
    await expect(open.build(bad)).rejects.toMatchObject({
      hint: expect.stringContaining('"auths"'),
    })
  })

  test('is refused where it is too large', async () => {
    const name = await registry.push('large:1', ['COPY large /large'])
    const small = await createDockerDriver({
      platformId,
      build: noBuildSettings,
      registryAuth: { [registry.host]: { username: 'reader', password } },
      maxImageBytes: 2 ** 20,
    })
    await expect(small.build(await buildInput(imagePlan(name)))).rejects.toMatchObject({
      code: 'too_large',
    })
    expect(await small.listImages()).toEqual([])
  })
})

async function imagesOf(host: string): Promise<string[]> {
  const images = await docker.listImages({ all: true, digests: true })
  const names = images.flatMap(({ RepoTags, RepoDigests }) => [
    ...(RepoTags ?? []),
    ...(RepoDigests ?? []),
  ])
  return names.filter((name) => name.startsWith(host))
}

/** Debian's registry on loopback, with one user. Images are pushed by the engine itself. */
async function startRegistry() {
  const file = await ensureProgram('docker-registry', ['docker-registry'], () => {})
  const htpasswd = await ensureProgram('htpasswd', ['apache2-utils'], () => {})
  const dir = await tempDir()
  const port = await freePort(0)
  const host = `127.0.0.1:${port}`
  const { stdout } = await run(htpasswd, ['-nbB', 'reader', password])
  await writeFile(join(dir, 'users'), stdout)
  const config = {
    version: '0.1',
    storage: { filesystem: { rootdirectory: join(dir, 'data') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: join(dir, 'users') } },
  }
  await writeFile(join(dir, 'config.json'), JSON.stringify(config))
  const ready = Promise.withResolvers<void>()
  const server = await tether({
    file,
    args: ['serve', join(dir, 'config.json')],
    env: { PATH: '/usr/bin:/bin' },
    onLine: (line) => line.includes('listening on') && ready.resolve(),
  })
  await ready.promise

  /** An image of the test server with these lines at its end; gone from the engine afterwards. */
  async function push(name: string, lines: string[], architecture?: string): Promise<string> {
    const tag = `${host}/${name}`
    const base = baseImage('node') ?? 'node:24-slim'
    const from = architecture ? 'scratch' : base
    const dockerfile = [
      `FROM ${from}`,
      'WORKDIR /app',
      'COPY server.mjs .',
      `ENV TEST=${newId('evt')}`,
      ...lines,
      'CMD ["node", "server.mjs"]',
    ]
    const source = await sourceDir({
      Dockerfile: dockerfile.join('\n'),
      large: randomBytes(3 * 2 ** 20).toString('latin1'),
    })
    const context = { context: source, src: ['Dockerfile', 'server.mjs', 'large'] }
    const platform = architecture ? { platform: `linux/${architecture}` } : {}
    await finished(await docker.buildImage(context, { t: tag, version: '2', ...platform }))
    const authconfig = { username: 'reader', password, serveraddress: host }
    await finished(await docker.getImage(tag).push({ authconfig }))
    await docker.getImage(tag).remove({ force: true })
    return tag
  }

  return { host, push, stop: server.stop }
}

function finished(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) =>
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
  )
}
