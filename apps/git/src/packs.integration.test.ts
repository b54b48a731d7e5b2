import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pkt } from './pkt-line.ts'
import { commit, git, newWorkTree, remote } from './testing/git-client.ts'
import { type Platform, startPlatform } from './testing/platform.ts'

let platform: Platform
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  key = await (await platform.team('acme')).key(['deploy'])
})
afterAll(() => platform.stop())

test('a pack of 20 MB is taken, deployed and handed out again', async () => {
  const dir = await newWorkTree()
  const sha = await commit(dir, 'Large', { 'model.bin': randomBytes(20 * 1024 * 1024) })
  const url = remote(platform.origin, 'large', key)
  const { code, output } = await git(dir, 'push', url, 'main')
  expect(code, output).toBe(0)
  expect(output).toContain('is live')
  expect((await git(dir, 'clone', '--quiet', url, 'copy')).code).toBe(0)
  expect((await git(`${dir}/copy`, 'rev-parse', 'HEAD')).output.trim()).toBe(sha)
})

test('a broken object is refused, and the name it was pushed to stays free', async () => {
  const dir = await newWorkTree()
  const tree = (await git(dir, 'rev-parse', 'HEAD^{tree}')).output.trim()
  // A commit without an author, which git's own commands would not write.
  const hash = ['hash-object', '-t', 'commit', '-w', '--literally', '--stdin-paths']
  await commit(dir, 'Carrier', { raw: `tree ${tree}\n\nno author\n` })
  const bad = await git(dir, ...hash.slice(0, -1), 'raw')
  const pushed = await git(
    dir,
    'push',
    remote(platform.origin, 'broken-objects', key),
    `${bad.output.trim()}:refs/heads/main`,
  )
  expect(pushed.code).not.toBe(0)
  expect(pushed.output).toMatch(/remote rejected|unpack failed|fsck/)
  expect(await platform.app.deps.db.server.count({ where: { slug: 'broken-objects' } })).toBe(0)
})

const post = (
  slug: string,
  service: string,
  body: BodyInit,
  headers: Record<string, string> = {},
) =>
  fetch(`${platform.origin}/${slug}.git/${service}`, {
    method: 'POST',
    body,
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': `application/x-${service}-request`,
      ...headers,
    },
  })

test('what is no git push is refused before a server is made', async () => {
  for (const body of ['', 'zzzz', 'ffff', `${pkt('hello')}0000`, '0003', '0010short'])
    expect((await post('nonsense', 'git-receive-pack', body)).status, body).toBe(400)
  const listless = await post('nonsense', 'git-receive-pack', pkt('x'.repeat(60_000)).toString())
  expect(listless.status).toBe(400)
  expect((await post('nonsense', 'git-receive-pack', '0000')).status).toBe(200)
  const wrongType = await post('nonsense', 'git-receive-pack', '0000', {
    'content-type': 'text/plain',
  })
  expect(wrongType.status).toBe(400)
  expect(await platform.app.deps.db.server.count({ where: { slug: 'nonsense' } })).toBe(0)
})
