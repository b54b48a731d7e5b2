import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { revokeApiKey } from '@moorage/access/api-key'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { git, newWorkTree, remote } from './testing/git-client.ts'
import { type Platform, startPlatform } from './testing/platform.ts'

let platform: Platform
let acme: Awaited<ReturnType<Platform['team']>>
let other: Awaited<ReturnType<Platform['team']>>
let dir: string

beforeAll(async () => {
  platform = await startPlatform()
  acme = await platform.team('acme')
  other = await platform.team('other')
  dir = await newWorkTree()
  const pushed = await push('weather', await acme.key(['deploy']))
  expect(pushed.output).toContain('is live')
})
afterAll(() => platform.stop())

const push = (slug: string, key: string) =>
  git(dir, 'push', remote(platform.origin, slug, key), 'HEAD:main')
const list = (slug: string, key: string) =>
  git(dir, 'ls-remote', remote(platform.origin, slug, key))
const servers = () => platform.app.deps.db.server.count()
const serverId = async (slug: string) =>
  (await platform.app.deps.db.server.findUniqueOrThrow({ where: { slug } })).id

test('without a key, and with a wrong one, git is asked to sign in', async () => {
  const url = `${platform.origin}/weather.git/info/refs?service=git-upload-pack`
  const anonymous = await fetch(url)
  expect(anonymous.status).toBe(401)
  expect(anonymous.headers.get('www-authenticate')).toContain('Basic')
  const wrong = await push('weather', `mrg_${'x'.repeat(40)}`)
  expect(wrong.code).not.toBe(0)
  expect(wrong.output).toContain('remote: This API key is unknown, expired or revoked.')
})

test('a revoked key is refused at once', async () => {
  const key = await acme.key(['deploy'])
  expect((await list('weather', key)).code).toBe(0)
  const { db } = platform.app.deps
  const { id } = await db.apiKey.findFirstOrThrow({ where: { prefix: key.slice(0, 10) } })
  await revokeApiKey(platform.app.deps, { teamId: acme.id, keyId: id })
  expect((await list('weather', key)).code).not.toBe(0)
})

test('a key counts as bearer token too', async () => {
  const authorization = `Bearer ${await acme.key(['read'])}`
  const url = `${platform.origin}/weather.git/info/refs?service=git-upload-pack`
  expect((await fetch(url, { headers: { authorization } })).status).toBe(200)
})

test('a key that may only call servers neither pushes nor reads, and is told so', async () => {
  const key = await acme.key(['call'])
  for (const result of [await push('weather', key), await list('weather', key)]) {
    expect(result.code).not.toBe(0)
    expect(result.output).toContain('This key may call the server, but not push to it')
  }
})

test('a key that may only read fetches and does not push', async () => {
  const key = await acme.key(['read'])
  expect((await list('weather', key)).output).toContain('refs/heads/main')
  expect((await push('weather', key)).output).toContain('remote: You may not do this here')
})

test("another team's key is answered as if there were no server", async () => {
  const key = await other.key(['admin'])
  for (const result of [await push('weather', key), await list('weather', key)]) {
    expect(result.code).not.toBe(0)
    expect(result.output).toContain('There is no such server')
    expect(result.output).not.toContain('refs/heads')
  }
})

test('a key for one server reaches no other and makes none', async () => {
  expect((await push('second', await acme.key(['deploy']))).output).toContain('is live')
  const key = await acme.key(['deploy'], await serverId('second'))
  expect((await list('second', key)).code).toBe(0)
  expect((await list('weather', key)).output).toContain('There is no such server')
  const before = await servers()
  expect((await push('third', key)).code).not.toBe(0)
  expect(await servers()).toBe(before)
})

test('a name that no server may have is refused with the rule', async () => {
  const { output } = await push('admin', await acme.key(['deploy']))
  expect(output).toContain('remote: "admin" cannot be a server\'s name.')
  expect(output).toContain('remote: This name is reserved.')
})

test('looking, or a push that only pretends, makes no server', async () => {
  const key = await acme.key(['deploy'])
  const before = await servers()
  const to = remote(platform.origin, 'pretended', key)
  expect((await git(dir, 'push', '--dry-run', to, 'HEAD:main')).code).toBe(0)
  expect((await git(dir, 'ls-remote', to)).code).not.toBe(0)
  expect(await servers()).toBe(before)
})

test('no path leads out of the repositories', async () => {
  const authorization = `Bearer ${await acme.key(['admin'])}`
  const hostile = [
    '/../weather.git/info/refs',
    '/..%2f..%2fetc.git/info/refs',
    '/%2e%2e/x.git/info/refs',
    '/weather.git/../../info/refs',
    '/weather.git/objects/info/packs',
    '/weather.git/config',
    '/srv_x/.git/info/refs',
    `/${'a'.repeat(5000)}.git/info/refs`,
    '/weather.git/info/refs?service=git-shell',
    '/weather.git/info/refs?service=git-upload-archive',
    '//weather.git/info/refs',
  ]
  for (const path of hostile) {
    const status = await rawStatus(path, authorization)
    expect([403, 404], path).toContain(status)
  }
})

/** fetch() would tidy the path before it is sent. */
async function rawStatus(path: string, authorization: string): Promise<number> {
  const { request } = await import('node:http')
  const withService = path.includes('?') ? path : `${path}?service=git-upload-pack`
  return new Promise((resolve, reject) => {
    request(platform.origin, { path: withService, headers: { authorization } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
}

test('no hook in a repository ever runs', async () => {
  const hooks = join(platform.dir, `${await serverId('weather')}.git`, 'hooks')
  await mkdir(hooks, { recursive: true })
  const proof = join(platform.dir, 'hook-ran')
  for (const name of [
    'pre-receive',
    'update',
    'post-receive',
    'post-update',
    'reference-transaction',
  ])
    await writeFile(join(hooks, name), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
  const key = await acme.key(['deploy'])
  const pushed = await git(dir, 'push', remote(platform.origin, 'weather', key), 'HEAD:side')
  expect(pushed.code, pushed.output).toBe(0)
  expect(existsSync(proof)).toBe(false)
})

test('a deleted server takes its repository along', async () => {
  const { removeServer } = await import('@moorage/deployments/remove-server')
  const { sweepRepositories } = await import('./repository.ts')
  expect((await push('short-lived', await acme.key(['deploy']))).code).toBe(0)
  const id = await serverId('short-lived')
  const actor = { id: 'test', name: 'test' }
  await removeServer(platform.app.deps, { teamId: acme.id, serverId: id }, actor)
  await sweepRepositories(platform.app)
  const names = await readdir(platform.dir)
  expect(names).not.toContain(`${id}.git`)
  expect(names).toContain(`${await serverId('weather')}.git`)
})
