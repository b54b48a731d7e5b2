import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inspector } from './clients/clients.ts'
import { hostileManifests } from './hostile-manifests.ts'
import { type Platform, startPlatform } from './platform.ts'
import { createRepository } from './repository.ts'

describe('with nothing but Node: processes and Postgres', () => {
  let platform: Platform
  beforeAll(async () => {
    platform = await startPlatform({
      runtime: 'process',
      args: ['--port-base', '14500'],
      env: { MOORAGE_START_TIMEOUT_SECONDS: '12' },
    })
  })
  afterAll(() => platform?.stop())

  test('the first start says what to do, and the Inspector calls the example with what it says', async () => {
    const [server] = platform.ready.servers
    if (!server) throw new Error('no example')
    expect(platform.output()).toContain(server.url)
    expect(platform.output()).toContain('/setup?token=')
    expect(platform.output()).toContain('no isolation, development only')
    const listed = await inspector(server, '--method', 'tools/list')
    expect(listed.stdout, listed.stderr).toContain('"echo"')
    const called = await inspector(
      server,
      '--method',
      'tools/call',
      '--tool-name',
      'echo',
      '--tool-arg',
      'text=ahoy',
    )
    expect(called.stdout).toContain('ahoy')
    const refused = await inspector({ ...server, key: 'mrg_wrong' }, '--method', 'tools/list')
    expect(refused.exitCode).not.toBe(0)
  })

  test.each([
    ['--upload-pack=touch /tmp/moorage-was-here', 'option'],
    ['file:///etc', 'file'],
    ['ext::sh -c id', 'ext'],
    ['http://127.0.0.1:1/x.git', 'http'],
    ['https://user:secret@example.com/x.git', 'secret'],
  ])('refuses the repository URL %s, and makes no server', async (url, name) => {
    const slug = `bad-${name}`
    const made = await platform.moorage('servers', 'create', slug, `--repo=${url}`, '--json')
    expect(made.exitCode).toBeGreaterThan(0)
    expect(made.stderr).toMatch(/URL|https|Moorage/)
    const shown = await platform.moorage('servers', 'show', slug, '--json')
    expect(shown.exitCode).toBe(4)
  })

  test('a host that cannot be found, and one in a private network, fail in fetch with a hint', async () => {
    for (const [slug, url] of [
      ['no-host', 'https://no-such-host.invalid/a/b.git'],
      ['private-host', 'https://127.0.0.1:9/a/b.git'],
    ] as const) {
      const made = await platform.moorage('deploy', '--server', slug, `--repo=${url}`)
      expect(made.exitCode).toBe(1)
      expect(made.stdout + made.stderr).toMatch(/cannot be found|private network/)
    }
  })

  async function pushBad(
    slug: string,
    files: Record<string, string>,
    change?: (dir: string) => void,
  ) {
    const repo = await createRepository(null)
    try {
      for (const [path, text] of Object.entries(files)) repo.write(path, text)
      change?.(repo.dir)
      await repo.commit('Bad')
      return (await repo.push(platform.ready, slug)).stderr.replaceAll(/remote: ?/g, '')
    } finally {
      repo.remove()
    }
  }
  function builtImages(): string[] {
    const processes = join(platform.dataDir, 'processes')
    return readdirSync(processes).flatMap((id) => readdirSync(join(processes, id, 'images')))
  }
  const start = '{ "start": ["node", "server.js"] }'
  const manifest = '{ "name": "x", "type": "module" }'

  test('a repository without a server is told what was looked for', async () => {
    const said = await pushBad('nothing-here', { 'README.md': '# Nothing' })
    expect(said).toMatch(/failed/i)
    expect(said).toMatch(/Dockerfile|fastmcp|package\.json/i)
  })

  test('a symbolic link out of the tree is never followed', async () => {
    const said = await pushBad('link-out', { 'README.md': 'x' }, (dir) => {
      symlinkSync('/etc/passwd', join(dir, 'requirements.txt'))
      symlinkSync('/etc', join(dir, 'src'))
    })
    expect(said).toMatch(/failed/i)
    expect(said).not.toContain('root:')
  })

  test.each(hostileManifests)('the hostile manifest $name is refused', async (hostile) => {
    const touched = join(platform.dataDir, `${hostile.name}-was-here`)
    const said = await pushBad(hostile.name, hostile.files(touched))
    expect(said).toMatch(/plan failed/i)
    expect(said).toMatch(hostile.says)
    expect(said).not.toContain('root:')
    expect(existsSync(touched)).toBe(false)
  })

  test('nothing was built for any of them', () => {
    expect(builtImages()).toHaveLength(1) // The example of the first start.
  })

  test('a server that never opens its port fails with its last lines', async () => {
    const server = 'console.log("thinking"); setInterval(() => {}, 1000)'
    const said = await pushBad('no-port', {
      'server.js': server,
      'package.json': manifest,
      'moorage.json': start,
    })
    expect(said).toMatch(/handshake/)
    expect(said).toContain('thinking')
  })

  test('a server that crashes in a loop fails, and is not started again and again', async () => {
    const server = 'console.error("cannot go on"); process.exit(7)'
    const said = await pushBad('crash-loop', {
      'server.js': server,
      'package.json': manifest,
      'moorage.json': start,
    })
    expect(said).toContain('cannot go on')
    expect(said).toMatch(/failed/i)
  })

  test('a branch that does not exist is named in the answer', async () => {
    const done = await platform.moorage('servers', 'show', 'crash-loop', '--json')
    expect(JSON.parse(done.stdout)).toMatchObject({ state: 'failed' })
    const made = await platform.moorage(
      'servers',
      'create',
      'bad-branch',
      '--repo=https://no-such-host.invalid/a.git',
      '--branch=-x',
    )
    expect(made.exitCode).toBeGreaterThan(0)
    expect(made.stderr).toMatch(/branch/i)
  })

  test('nothing is left of all that', () => {
    expect(readdirSync(join(platform.dataDir, 'work'))).toEqual([])
  })
})
