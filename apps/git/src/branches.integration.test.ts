import { afterAll, beforeAll, expect, test } from 'vitest'
import { commit, git, newWorkTree, remote } from './testing/git-client.ts'
import { type Platform, startPlatform } from './testing/platform.ts'

let platform: Platform
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  key = await (await platform.team('acme')).key(['deploy'])
})
afterAll(() => platform.stop())

const push = (dir: string, slug: string, ...refs: string[]) =>
  git(dir, 'push', remote(platform.origin, slug, key), ...refs)

const deploymentsOf = (slug: string) =>
  platform.app.deps.db.deployment.findMany({
    where: { server: { slug } },
    include: { preview: true },
    orderBy: { createdAt: 'asc' },
  })

const previewsOf = async (slug: string) =>
  (
    await platform.app.deps.db.preview.findMany({
      where: { server: { slug } },
      orderBy: { name: 'asc' },
    })
  ).map(({ name }) => name)

test('another branch becomes a preview, its URL stands in the terminal, and production is left alone', async () => {
  const dir = await newWorkTree()
  await push(dir, 'side', 'main')
  const sha = await commit(dir, 'On the side', { 'b.txt': 'b' })
  const { code, output } = await push(dir, 'side', 'HEAD:feature/x')
  expect(code).toBe(0)
  expect(output).toContain('side--feature-x is live')
  expect(output).toContain('http://router.test/side--feature-x/mcp')
  expect(await deploymentsOf('side')).toMatchObject([
    { status: 'live', kind: 'production', ref: 'main' },
    { status: 'live', kind: 'preview', ref: 'feature/x', commitSha: sha },
  ])
})

test('a broken preview says so, and neither production nor the version before it is touched', async () => {
  const dir = await newWorkTree()
  await push(dir, 'broken-side', 'main')
  await push(dir, 'broken-side', 'HEAD:x')
  await commit(dir, 'A broken one', { 'b.txt': 'b' })
  const { output } = await push(dir, 'broken-side', 'HEAD:x')
  expect(output).toContain('✗ build failed')
  expect(output).toContain('The version before stays live.')
  const rows = await deploymentsOf('broken-side')
  expect(rows.map((row) => row.status)).toEqual(['live', 'live', 'failed'])
})

test('a deleted branch takes its preview along; the branch of production takes nothing', async () => {
  const dir = await newWorkTree()
  await push(dir, 'deleted', 'main', 'main:x', 'main:y')
  expect(await previewsOf('deleted')).toEqual(['x', 'y'])
  const { output } = await push(dir, 'deleted', '--delete', 'x')
  expect(output).toContain('The preview deleted--x is removed.')
  expect(await previewsOf('deleted')).toEqual(['y'])
  await push(dir, 'deleted', '--delete', 'main')
  const rows = await deploymentsOf('deleted')
  expect(rows.map(({ kind, status }) => `${kind} ${status}`)).toEqual([
    'production live',
    'preview live',
  ])
})

test('a forced push is deployed like any other, and its exact commit', async () => {
  const dir = await newWorkTree()
  await commit(dir, 'To be taken back', { 'b.txt': 'b' })
  await push(dir, 'forced', 'main')
  await git(dir, 'reset', '--quiet', '--hard', 'HEAD~1')
  const sha = await commit(dir, 'Instead', { 'c.txt': 'c' })
  expect((await push(dir, 'forced', 'main')).code).not.toBe(0)
  const { output } = await push(dir, 'forced', '--force', 'main')
  expect(output).toContain('forced is live')
  const rows = await deploymentsOf('forced')
  expect(rows.map((row) => row.status)).toEqual(['retired', 'live'])
  expect(rows[1]?.commitSha).toBe(sha)
})

test('a tag is kept and deploys nothing', async () => {
  const dir = await newWorkTree()
  await push(dir, 'tagged', 'main')
  await git(dir, 'tag', 'v1')
  await git(dir, 'tag', '--annotate', '--message', 'two', 'v2')
  expect((await push(dir, 'tagged', '--tags')).code).toBe(0)
  expect(await deploymentsOf('tagged')).toHaveLength(1)
  const { output } = await git(dir, 'ls-remote', '--tags', remote(platform.origin, 'tagged', key))
  expect(output).toContain('refs/tags/v1')
})

test('a commit that asks for it is kept and not deployed, on any branch', async () => {
  const dir = await newWorkTree()
  await push(dir, 'skipped', 'main')
  await commit(dir, 'docs: a word\n\n[skip moorage]', { 'b.txt': 'b' })
  const { code, output } = await push(dir, 'skipped', 'main', 'main:x')
  expect(code).toBe(0)
  expect(output).toContain('its message says so')
  expect(await deploymentsOf('skipped')).toHaveLength(1)
  expect(await previewsOf('skipped')).toEqual([])
})

test('a key that may only read pushes nothing, and a wrong one is refused', async () => {
  const dir = await newWorkTree()
  await push(dir, 'guarded', 'main')
  const { teamId } = await platform.app.deps.db.server.findUniqueOrThrow({
    where: { slug: 'guarded' },
  })
  const reader = await platform.keyOf(teamId, ['read'])
  for (const wrong of [reader, `${key}x`]) {
    const target = remote(platform.origin, 'guarded', wrong)
    const { code, output } = await git(dir, 'push', target, 'main:x')
    expect(code).not.toBe(0)
    expect(output).not.toContain('Deploying')
  }
  expect(await deploymentsOf('guarded')).toHaveLength(1)
  expect((await git(dir, 'ls-remote', remote(platform.origin, 'guarded', reader))).code).toBe(0)
})

test('of twenty pushes in a row the last is live, none is lost, and nothing else is left to do', async () => {
  const dir = await newWorkTree()
  await push(dir, 'busy', 'main')
  const pushes: Promise<{ code: number; output: string }>[] = []
  const shas: string[] = []
  for (let index = 0; index < 20; index += 1) {
    shas.push(await commit(dir, `Number ${index}`, { n: `${index}` }))
    const arrived = push(dir, 'busy', 'main')
    pushes.push(arrived)
    // The next one is made once this one is there; the build log is not waited for.
    const at = shas.length + 1
    await expect
      .poll(async () => (await deploymentsOf('busy')).length, { timeout: 20_000 })
      .toBe(at)
  }
  const answers = await Promise.all(pushes)
  expect(answers.map(({ code }) => code)).toEqual(answers.map(() => 0))
  const rows = await deploymentsOf('busy')
  expect(rows.slice(1).map((row) => row.commitSha)).toEqual(shas)
  expect(rows.at(-1)?.status).toBe('live')
  const ended = new Set(rows.slice(0, -1).map((row) => row.status))
  expect([...ended].every((status) => status === 'retired' || status === 'superseded')).toBe(true)
})
