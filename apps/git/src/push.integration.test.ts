import { requeueUnfinished } from '@moorage/deployments/unfinished-deployments'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
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
    orderBy: { createdAt: 'asc' },
  })

test('a first push makes the server, deploys the exact commit and shows log, URL and tools', async () => {
  const dir = await newWorkTree()
  const sha = (await git(dir, 'rev-parse', 'HEAD')).output.trim()
  const { code, output } = await push(dir, 'weather', 'main')
  expect(code, output).toBe(0)
  expect(output).toContain('remote:   | building First version')
  expect(output).toContain('remote:   | red and  gone')
  expect(output).not.toContain('\u001b')
  expect(output).toMatch(/remote: ✓ build/)
  expect(output).toContain('http://router.test/weather/mcp')
  expect(output).toContain('forecast, alerts')
  const [deployment, ...more] = await deploymentsOf('weather')
  expect(more).toEqual([])
  expect(deployment).toMatchObject({
    commitSha: sha,
    commitMessage: 'First version',
    trigger: 'push',
    ref: 'main',
    status: 'live',
  })
})

test('the log is shown while the build runs, not after it', async () => {
  const dir = await newWorkTree()
  await commit(dir, 'A slow one', { 'a.txt': 'a' })
  const running = push(dir, 'live-log', 'main')
  const { db } = platform.app.deps
  let seen = 0
  const started = Date.now()
  while (seen === 0 && Date.now() - started < 10_000) {
    await new Promise((done) => setTimeout(done, 50))
    seen = await db.logLine.count({ where: { text: 'building A slow one' } })
  }
  const status = (await deploymentsOf('live-log'))[0]?.status
  expect(status).toBe('building')
  expect((await running).output).toContain('is live')
})

test('a broken version says which step failed and why, and that the version before stays live', async () => {
  const dir = await newWorkTree()
  expect((await push(dir, 'fragile', 'main')).code).toBe(0)
  await commit(dir, 'A broken one', { 'requirements.txt': 'nope' })
  const { code, output } = await push(dir, 'fragile', 'main')
  expect(code, 'the code arrived').toBe(0)
  expect(output).toContain('✗ build failed (exit code 1): pip could not install')
  expect(output).toContain('ERROR: no such package')
  expect(output).toContain('Hint: Is the name in requirements.txt right?')
  expect(output).toContain('The version before stays live.')
  expect((await deploymentsOf('fragile')).map((row) => row.status)).toEqual(['live', 'failed'])
})

test('a server made by a push deploys from the branch that was pushed', async () => {
  const dir = await newWorkTree('trunk')
  const { output } = await push(dir, 'from-trunk', 'trunk')
  expect(output).toContain('is live')
  const server = await platform.app.deps.db.server.findUnique({ where: { slug: 'from-trunk' } })
  expect(server?.branch).toBe('trunk')
})

test('another branch is kept and not deployed where the server makes no previews, and says so', async () => {
  const dir = await newWorkTree()
  await push(dir, 'branches', 'main')
  const { db } = platform.app.deps
  await db.server.update({ where: { slug: 'branches' }, data: { pushing: { previews: 'none' } } })
  const { code, output } = await push(dir, 'branches', 'main:feature/x')
  expect(code).toBe(0)
  expect(output).toContain('"feature/x" is kept, but not deployed')
  expect((await push(dir, 'branches', '--delete', 'feature/x')).code).toBe(0)
  expect(await deploymentsOf('branches')).toHaveLength(1)
})

test('an upload is deployed as one, and is not part of a clone', async () => {
  const dir = await newWorkTree()
  const sha = (await git(dir, 'rev-parse', 'HEAD')).output.trim()
  const { output } = await push(dir, 'uploaded', `${sha}:refs/moorage/upload/one`)
  expect(output).toContain('is live')
  expect(await deploymentsOf('uploaded')).toMatchObject([{ trigger: 'upload', commitSha: sha }])
  const listed = await git(dir, 'ls-remote', remote(platform.origin, 'uploaded', key))
  expect(listed.output).not.toContain('refs/moorage')
})

test('what was pushed can be cloned, in every protocol version', async () => {
  const dir = await newWorkTree()
  await push(dir, 'cloned', 'main')
  for (const version of ['0', '1', '2']) {
    const into = `copy-${version}`
    const from = remote(platform.origin, 'cloned', key)
    const cloned = await git(dir, '-c', `protocol.version=${version}`, 'clone', from, into)
    expect(cloned.code, cloned.output).toBe(0)
    expect((await git(`${dir}/${into}`, 'log', '--format=%s')).output).toBe('First version\n')
  }
})

test('a push from a shallow clone is taken and deployed', async () => {
  const dir = await newWorkTree()
  await commit(dir, 'Second version', { 'server.py': 'print("two")\n' })
  await git(dir, 'clone', '--quiet', '--depth=1', `file://${dir}`, 'shallow')
  const { code, output } = await push(`${dir}/shallow`, 'shallow', 'main')
  expect(code, output).toBe(0)
  expect(output).toContain('is live')
})

test('of pushes at the same moment each is either deployed or refused, and one server comes of it', async () => {
  const dirs = await Promise.all([newWorkTree(), newWorkTree(), newWorkTree()])
  for (const [index, dir] of dirs.entries()) await commit(dir, `From ${index}`, { n: `${index}` })
  const results = await Promise.all(dirs.map((dir) => push(dir, 'raced', 'main')))
  const taken = results.filter((result) => result.code === 0)
  expect(taken.length).toBeGreaterThan(0)
  const { db } = platform.app.deps
  expect(await db.server.count({ where: { slug: 'raced' } })).toBe(1)
  expect(await deploymentsOf('raced')).toHaveLength(taken.length)
})

test('a pusher whose builder is killed stays, and sees the next builder bring it live', async () => {
  const dir = await newWorkTree()
  await commit(dir, 'The builder is killed', { 'a.txt': 'a' })
  const pushed = push(dir, 'orphaned', 'main')
  const { deps } = platform.app
  await vi.waitFor(
    async () => {
      const [row] = await deploymentsOf('orphaned')
      expect(
        await deps.db.logLine.count({ where: { deploymentId: row?.id ?? '' } }),
      ).toBeGreaterThan(0)
    },
    { timeout: 10_000, interval: 50 },
  )
  // As the sweep of every builder does.
  await vi.waitFor(async () => {
    await requeueUnfinished(deps)
    expect((await deploymentsOf('orphaned'))[0]?.attempt).toBe(2)
  }, 10_000)
  const { code, output } = await pushed
  expect(code, output).toBe(0)
  expect(output).toContain('/orphaned/mcp')
  expect((await deploymentsOf('orphaned')).map((row) => row.status)).toEqual(['live'])
})

test('whoever leaves after the push does not stop the deployment', async () => {
  const dir = await newWorkTree()
  await commit(dir, 'A slow one', { 'a.txt': 'a' })
  const gone = push(dir, 'left', 'main')
  let status: string | undefined
  while (status !== 'building') {
    await new Promise((done) => setTimeout(done, 50))
    status = (await deploymentsOf('left'))[0]?.status
  }
  platform.dropConnections()
  await gone
  const started = Date.now()
  while (status !== 'live' && Date.now() - started < 10_000) {
    await new Promise((done) => setTimeout(done, 100))
    status = (await deploymentsOf('left'))[0]?.status
  }
  expect(status).toBe('live')
})
