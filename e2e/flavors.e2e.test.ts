import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callServer } from './call-server.ts'
import { deployServer, type NewServer } from './deploy-server.ts'
import { type Flavor, readFlavors } from './flavor.ts'
import { hostileManifests } from './hostile-manifests.ts'
import { type Platform, startPlatform } from './platform.ts'
import { createRepository } from './repository.ts'

// One of each new kind: `npm run compatibility -- --flavors` takes them all, in more time.
const underDocker = ['python-low-level', 'npm-by-name', 'typescript-v2-stdio', 'openapi']
const asProcesses = ['python-published', 'typescript-v1-stdio']
if (baseImage('golang')) underDocker.push('go-stdio')

function named(names: string[]): Flavor[] {
  const flavors = readFlavors()
  return names.map((name) => {
    const flavor = flavors.find((candidate) => candidate.name === name)
    if (!flavor) throw new Error(`There is no flavour ${name} in e2e/flavors.`)
    return flavor
  })
}

async function deployAndCall(
  platform: Platform,
  server: NewServer,
  expectation: Pick<Flavor, 'tools' | 'call'>,
): Promise<string> {
  const { url, transport } = await deployServer(platform, server)
  const endpoint = { url, transport, key: platform.ready.adminApiKey }
  const called = await callServer(endpoint, expectation)
  expect(called.text).toContain(expectation.call.text)
  return url
}

describe.runIf(dockerIsUp())('kinds of servers, under docker', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform({
      runtime: 'docker',
      args: ['--no-example', '--port-base', '14800'],
      // Its own router stands for a server elsewhere, on the usual port or the next free one.
      env: { MOORAGE_TRUSTED_REMOTE_HOSTS: nextPorts(14810).join() },
    })
  })
  afterAll(() => platform?.stop())

  test.each(named(underDocker))('$name is deployed, and answers in every era', async (flavor) => {
    const { name, dir, settings, env } = flavor
    await deployAndCall(platform, { slug: name, dir, settings, env }, flavor)
  })

  test('a server that runs elsewhere becomes one of the team, with its credentials', async () => {
    const [elsewhere] = named(underDocker.slice(0, 1))
    if (!elsewhere) throw new Error('no flavour')
    const url = `${platform.ready.routerUrl}/${elsewhere.name}/mcp`
    const headers = { authorization: `Bearer \${ELSEWHERE_TOKEN}` }
    const server = {
      slug: 'from-elsewhere',
      dir: null,
      settings: { remote: { url, headers } },
      env: { ELSEWHERE_TOKEN: platform.ready.adminApiKey },
    }
    await deployAndCall(platform, server, elsewhere)
  })

  test('hostile manifests leave no image and no container', async () => {
    const before = belongings(platform)
    for (const { name, files, says } of hostileManifests) {
      const repo = await createRepository(null)
      for (const [path, text] of Object.entries(files('/app/was-here'))) repo.write(path, text)
      await repo.commit('Hostile')
      const { stderr } = await repo.push(platform.ready, name)
      repo.remove()
      expect(stderr, name).toMatch(says)
    }
    expect(belongings(platform)).toEqual(before)
  })
})

function nextPorts(first: number): string[] {
  return Array.from({ length: 10 }, (_, offset) => `127.0.0.1:${first + offset}`)
}

/** What the engine holds of this platform, by id. */
function belongings({ dataDir }: Platform): Record<'images' | 'containers', string[]> {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))
  const { platformId } = secrets as { platformId: string }
  const filter = ['--quiet', '--no-trunc', '--filter', `label=dev.moorage.platform=${platformId}`]
  const list = (words: string[]) =>
    execFileSync('docker', [...words, ...filter], { encoding: 'utf8' })
      .split('\n')
      .sort()
  return { images: list(['image', 'ls', '--all']), containers: list(['ps', '--all']) }
}

describe('kinds of servers, as processes', () => {
  let platform: Platform
  beforeAll(async () => {
    const args = ['--no-example', '--port-base', '14850']
    platform = await startPlatform({ runtime: 'process', args })
  })
  afterAll(() => platform?.stop())

  test.each(named(asProcesses))('$name is deployed, and answers in every era', async (flavor) => {
    const { name, dir, settings, env } = flavor
    await deployAndCall(platform, { slug: name, dir, settings, env }, flavor)
  })
})
