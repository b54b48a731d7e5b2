import { symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '@moorage/domain/id'
import { baseImage, dockerIsUp } from '@moorage/testing/services'
import Docker from 'dockerode'
import { afterAll, describe, expect, test } from 'vitest'
import { noBuildSettings } from '../build-settings.ts'
import { createDockerDriver, type DockerDriverOptions } from '../docker.ts'
import { buildInput, nodePlan, removeTempDirs, sourceDir } from '../testing/fixture.ts'

const base = baseImage('node') ?? 'node:24-slim'

/** Says which of the settings it has, by a mark that all of them bear. */
const checkFile = `
const { readFileSync: read } = require('node:fs')
const { env } = process
const mark = process.argv[2].split('').reverse().join('')
const auth = /_auth=(.*)/.exec(read(env.NPM_CONFIG_USERCONFIG, 'utf8'))[1]
const seen = [
  read(env.NODE_EXTRA_CA_CERTS, 'utf8'),
  Buffer.from(auth, 'base64').toString(),
  read(env.XDG_CONFIG_HOME + '/pip/pip.conf', 'utf8'),
  read(env.XDG_CONFIG_HOME + '/uv/uv.toml', 'utf8'),
  read(env.GOENV, 'utf8'),
  read('/.cargo/config.toml', 'utf8'),
  env.HTTP_PROXY,
  env.https_proxy,
  env.NO_PROXY,
]
console.log(seen.map((text) => String(text).includes(mark)).join())
console.log('printed: ' + env.HTTP_PROXY)
`

describe.skipIf(!dockerIsUp())('a build on the engine', () => {
  afterAll(removeTempDirs)
  const docker = new Docker()
  const createDriver = (rest: Partial<DockerDriverOptions> = {}) =>
    createDockerDriver({
      platformId: newId('evt').replace('_', '-'),
      build: noBuildSettings,
      baseImages: { node: base },
      ...rest,
    })

  const dockerfilePlan = nodePlan([], { kind: 'dockerfile', dockerfile: 'Dockerfile', base: null })
  const dockerfileBuild = async (content: string, files: Record<string, string> = {}) =>
    buildInput(dockerfilePlan, { sourceDir: await sourceDir({ Dockerfile: content, ...files }) })

  test('has the operator’s settings while it runs, and no trace of them in the image', async () => {
    const mark = newId('key').slice(4)
    const caBundlePath = join(await sourceDir(), 'ca.crt')
    await writeFile(caBundlePath, `ca-${mark}`)
    const driver = await createDriver({
      build: {
        caBundlePath,
        npmRegistry: `https://user:npm-${mark}@registry.invalid/`,
        pipIndexUrl: `https://user:pip-${mark}@registry.invalid/simple`,
        goProxy: `https://user:go-${mark}@registry.invalid,direct`,
        cargoRegistry: `sparse+https://user:cargo-${mark}@registry.invalid/`,
        httpProxy: `http://user:http-${mark}@proxy.invalid:1`,
        httpsProxy: `http://user:https-${mark}@proxy.invalid:1`,
        noProxy: `no-${mark}.invalid`,
      },
    })
    // Backwards, so that the command itself does not carry the mark.
    const reversed = mark.split('').reverse().join('')
    const dir = await sourceDir({ 'check.cjs': checkFile })
    const plan = nodePlan([['node', 'check.cjs', reversed]])
    const input = await buildInput(plan, { sourceDir: dir })
    const image = await driver.build(input)
    expect(input.lines).toContain('true,true,true,true,true,true,true,true,true')
    expect(input.lines).toContain('printed: http://user:***@proxy.invalid:1')
    const handle = docker.getImage(image.id)
    const encoded = Buffer.from(`user:npm-${mark}`).toString('base64')
    const described = JSON.stringify([await handle.inspect(), await handle.history()])
    for (const secret of [mark, encoded]) {
      expect(described).not.toContain(secret)
      expect(input.lines.join()).not.toContain(secret)
    }
    expect(await found(await handle.get(), [mark, encoded, 'check.cjs'])).toEqual(['check.cjs'])
    await driver.removeImage(image.id)
  })

  const secretsPlan = (dockerfile: boolean, script: string) =>
    dockerfile ? dockerfilePlan : nodePlan([['sh', '-c', script]])

  test.each([false, true])(
    'has a server’s build secrets in its steps, and no trace of them in any layer or the log (Dockerfile: %s)',
    async (isDockerfile) => {
      const driver = await createDriver()
      const mark = newId('key').slice(4)
      const secrets = {
        NPM_TOKEN: `npm-${mark}`,
        GIT_CREDENTIALS: `https://user:git-${mark}@forge.invalid`,
        ANY: `any-${mark}\nsecond-${mark}`,
      }
      const half = mark.slice(0, 8)
      const script = [
        'cat /run/secrets/ANY | grep -c second-',
        ...(isDockerfile
          ? []
          : [
              'echo "$NPM_TOKEN $ANY"',
              'cat "$NPM_CONFIG_USERCONFIG" | grep -c _authToken=npm-',
              'git config credential.helper 2>/dev/null || env | grep -c GIT_CONFIG_VALUE_0',
            ]),
        `ls -A /run/secrets > /app-secrets; echo used-${newId('evt')}`,
      ].join(' && ')
      const content = `FROM ${base}\nRUN --mount=type=secret,id=ANY ${script}\n`
      const dir = await sourceDir({ Dockerfile: content })
      const input = await buildInput(secretsPlan(isDockerfile, script), { secrets, sourceDir: dir })
      const image = await driver.build(input)
      expect(input.lines).toContain('1')
      expect(input.lines.join()).not.toContain(half)
      const handle = docker.getImage(image.id)
      const described = JSON.stringify([await handle.inspect(), await handle.history()])
      expect(described).not.toContain(half)
      expect(await found(await handle.get(), [mark, half, 'server.mjs'])).not.toContain(half)
      await driver.removeImage(image.id)
    },
  )

  test('a layer that secrets went into is found by no other team', async () => {
    const driver = await createDriver()
    const dir = await sourceDir({
      Dockerfile: `FROM ${base}\nRUN head -c 9 /dev/urandom | base64 # ${newId('evt')}\n`,
    })
    const built = async (teamId: string) => {
      const secrets = { TOKEN: 'only-for-one' }
      const input = await buildInput(dockerfilePlan, { sourceDir: dir, teamId, secrets })
      await driver.build(input)
      return input.lines.filter((line) => /^[A-Za-z0-9+/]{12}$/.test(line)).length
    }
    const [one, two] = [newId('team'), newId('team')]
    expect([await built(one), await built(one), await built(two)]).toEqual([1, 0, 1])
    for (const { id } of await driver.listImages()) await driver.removeImage(id)
  })

  test('finds what the same team’s build kept, and nothing of another team’s', async () => {
    const driver = await createDriver()
    const look = async (teamId: string) => {
      const script = `d=/root/.cache/test; ls $d; touch $d/kept-${teamId} # ${newId('evt')}`
      const input = await buildInput(nodePlan([['sh', '-c', script]]), { teamId })
      await driver.removeImage((await driver.build(input)).id)
      return input.lines.filter((line) => line.startsWith('kept-'))
    }
    const [one, two] = [newId('team'), newId('team')]
    expect(await look(one)).toEqual([])
    expect(await look(one)).toEqual([`kept-${one}`])
    expect(await look(two)).toEqual([])
  })

  test('ignores Docker’s own "# syntax=" line, and says so', async () => {
    const driver = await createDriver()
    const input = await dockerfileBuild(
      `# syntax=docker/dockerfile:1\nFROM ${base}\nRUN echo was here\n`,
    )
    await driver.removeImage((await driver.build(input)).id)
    expect(input.lines.join()).toContain('has no effect')
  })

  test.each([
    '# syntax=evil.invalid/frontend\nFROM scratch\n',
    '# escape=`\n#  SYNTAX = evil.invalid/frontend\nFROM scratch\n',
    '// syntax=evil.invalid/frontend\nFROM scratch\n',
    '\uFEFF#syntax=evil.invalid/docker/dockerfile\nFROM scratch\n',
    '{"syntax": "evil.invalid/frontend"}',
  ])('refuses another frontend: %j', async (content) => {
    const driver = await createDriver()
    await expect(driver.build(await dockerfileBuild(content))).rejects.toMatchObject({
      code: 'build_failed',
      userMessage: expect.stringContaining('Dockerfile'),
    })
  })

  test('refuses a Dockerfile outside of the repository', async () => {
    const driver = await createDriver()
    const dir = await sourceDir()
    await symlink('/etc/passwd', join(dir, 'Dockerfile'))
    for (const dockerfile of ['Dockerfile', '../Dockerfile', '/etc/passwd']) {
      const input = await buildInput({ ...dockerfilePlan, dockerfile }, { sourceDir: dir })
      await expect(driver.build(input)).rejects.toMatchObject({ code: 'build_failed' })
    }
  })

  test.each(['--network=host', '--security=insecure'])('grants no RUN %s', async (flag) => {
    const driver = await createDriver()
    const input = await dockerfileBuild(`FROM ${base}\nRUN ${flag} true\n`)
    await expect(driver.build(input)).rejects.toMatchObject({ code: 'build_failed' })
  })

  test('follows no link of the repository out of it', async () => {
    const driver = await createDriver()
    const input = await dockerfileBuild(
      `FROM ${base}\nCOPY leak /leak\nRUN cat /leak # ${newId('evt')}\n`,
    )
    await symlink('/proc/1/environ', join(input.sourceDir, 'leak'))
    const failed = await driver.build(input).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'build_failed' })
  })

  test('leaves out what .dockerignore names', async () => {
    const driver = await createDriver()
    const content = `FROM ${base}\nCOPY . /src\nRUN ls -A /src # ${newId('evt')}\n`
    const files = { '.dockerignore': '*\n!kept.txt\n', 'kept.txt': '', 'secret.txt': '' }
    const input = await dockerfileBuild(content, files)
    await driver.removeImage((await driver.build(input)).id)
    expect(input.lines).toContain('kept.txt')
    expect(input.lines).not.toContain('secret.txt')
    expect(input.lines).not.toContain('server.mjs')
  })

  test('cuts an endless log, and still shows its last lines', async () => {
    const driver = await createDriver({ maxBuildLogBytes: 2_000 })
    const input = await buildInput(nodePlan([['sh', '-c', `seq 5000; exit 9 # ${newId('evt')}`]]))
    await expect(driver.build(input)).rejects.toMatchObject({ exitCode: 9 })
    expect(input.lines.join('\n').length).toBeLessThan(6_000)
    expect(input.lines).toContain('5000')
  })

  test('keeps no image over the size that is allowed', async () => {
    const driver = await createDriver({ maxImageBytes: 1_000 })
    const input = await buildInput(nodePlan())
    await expect(driver.build(input)).rejects.toMatchObject({ code: 'too_large' })
    const label = [`dev.moorage.deployment=${input.deploymentId}`]
    expect(await docker.listImages({ filters: { label } })).toEqual([])
  })

  const unreachable = { node: 'localhost:1/none/node:{version}' }

  test('makes a base image where none can be pulled, for one build at a time', async () => {
    let making = 0
    const makeBaseImage = async () => {
      making += 1
      expect(making).toBe(1)
      await sleep(200)
      making -= 1
      return base
    }
    const driver = await createDriver({ baseImages: unreachable, makeBaseImage })
    const inputs = [await buildInput(nodePlan()), await buildInput(nodePlan())]
    const images = await Promise.all(inputs.map((input) => driver.build(input)))
    for (const { id } of images) await driver.removeImage(id)
    for (const { lines } of inputs) expect(lines.join()).toContain('this machine’s own')
  })

  test('says in the log why one could not be made, and gives the setting to name one', async () => {
    const makeBaseImage = () => Promise.reject(new Error('no root'))
    const driver = await createDriver({ baseImages: unreachable, makeBaseImage })
    const input = await buildInput(nodePlan())
    await expect(driver.build(input)).rejects.toMatchObject({ code: 'build_failed' })
    expect(input.lines).toContain('no root')
  })

  test('names the setting where a base image cannot be had', async () => {
    const driver = await createDriver({ baseImages: unreachable })
    await expect(driver.build(await buildInput(nodePlan()))).rejects.toMatchObject({
      code: 'build_failed',
      userMessage: expect.stringContaining('localhost:1/none/node:24'),
      hint: expect.stringContaining('MOORAGE_BASE_IMAGE_NODE'),
    })
  })
})

/** Which of the words stand in a stream too big to be held. */
async function found(stream: NodeJS.ReadableStream, words: string[]): Promise<string[]> {
  const seen = new Set<string>()
  let rest = ''
  for await (const chunk of stream) {
    const text = rest + Buffer.from(chunk).toString('latin1')
    for (const word of words) if (text.includes(word)) seen.add(word)
    rest = text.slice(-200)
  }
  return [...seen]
}
