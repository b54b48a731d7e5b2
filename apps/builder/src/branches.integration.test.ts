import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Server } from '@moorage/db/client'
import { createServer } from '@moorage/deployments/create-server'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Forge, startForge } from './forge-fixture.ts'
import { actor, type BuilderFixture, startFixture } from './pipeline-fixture.ts'

let forge: Forge
let fixture: BuilderFixture

beforeAll(async () => {
  forge = await startForge()
  fixture = await startFixture({ runtime: 'process', redis: false })
  await fixture.startBuilder({
    MOORAGE_TRUSTED_REPO_HOSTS: forge.host,
    MOORAGE_BUILD_CA_FILE: forge.caFile,
  })
})
afterAll(async () => {
  await fixture.close()
  forge.close()
})

const clock = () => ({ timeout: 40_000, interval: 100 })

async function newServer(repo: string, rootDir: string): Promise<Server> {
  return createServer(
    { ...fixture.deps, repoUrlPolicy: { trustedHosts: [forge.host] } },
    {
      teamId: fixture.team.id,
      slug: `${repo}-${rootDir === '.' ? 'all' : rootDir}`,
      repoUrl: url(repo),
      rootDir,
    },
    actor,
  )
}

const url = (repo: string) => `https://${forge.host}/${repo}.git`

/** A repository with two directories; nothing in it can be built, which is not what is asked here. */
const twoServers = (repo: string) =>
  forge.repository(repo, (dir) => {
    for (const name of ['one', 'two']) {
      mkdirSync(join(dir, name))
      writeFileSync(join(dir, name, 'a.txt'), 'first')
    }
  })

/** One more commit, as somebody else would push it. */
function commit(repo: string, path: string, message: string, ref = 'main'): string {
  const work = join(forge.base, `${repo}-work`)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: work,
      encoding: 'utf8',
    }).trim()
  writeFileSync(join(work, path), message)
  git('add', '--all')
  git('commit', '--quiet', '--message', message)
  git('push', '--quiet', join(forge.base, `${repo}.git`), `HEAD:${ref}`)
  return git('rev-parse', 'HEAD')
}

const deployed = (server: Server, commitSha: string) =>
  fixture.deps.db.deployment.create({
    data: {
      id: newId('dep'),
      serverId: server.id,
      trigger: 'manual',
      status: 'retired',
      commitSha,
    },
  })

/** What a webhook that was received looks like; the signature is judged before. */
async function deliver(server: Server, after: string) {
  const id = newId('whd')
  const payload = JSON.stringify({
    ref: 'refs/heads/main',
    after,
    head_commit: { message: 'A commit' },
    repository: { clone_url: server.repoUrl, full_name: 'x/y' },
  })
  const row = { id, serverId: server.id, forge: 'github', event: 'push', payload }
  await fixture.deps.db.webhookDelivery.create({
    data: { ...row, deliveryId: id, bodyHash: id },
  })
  await fixture.deps.events.publish({ type: 'delivery', serverId: server.id })
  const read = () => fixture.deps.db.webhookDelivery.findUniqueOrThrow({ where: { id } })
  await expect.poll(async () => (await read()).status, clock()).toBe('done')
  return (await read()).result
}

const shasOf = async (server: Server) =>
  (
    await fixture.deps.db.deployment.findMany({
      where: { serverId: server.id },
      orderBy: { createdAt: 'asc' },
    })
  ).map((row) => row.commitSha)

test('git itself says which servers of a repository a push changes, also when their last deployment is long past', async () => {
  const base = twoServers('mono')
  const [one, two] = [await newServer('mono', 'one'), await newServer('mono', 'two')]
  // A look at the repository in between would find the same, and do it first.
  const servers = { where: { id: { in: [one.id, two.id] } } }
  await fixture.deps.db.server.updateMany({ ...servers, data: { pushing: { checkBranch: false } } })
  await deployed(one, base)
  await deployed(two, base)
  commit('mono', 'two/a.txt', 'Second in two')
  const last = commit('mono', 'README.md', 'A word')
  expect(await deliver(one, last)).toMatchObject([
    { slug: 'mono-one', outcome: 'nothing' },
    { slug: 'mono-two', outcome: 'deployed' },
  ])
  expect(await shasOf(one)).toEqual([base])
  expect(await shasOf(two)).toEqual([base, last])
  // A commit that a forced push has taken away: better once too often than not at all.
  await deployed(one, 'f'.repeat(40))
  expect(await deliver(one, commit('mono', 'README.md', 'Another word'))).toMatchObject([
    { slug: 'mono-one', outcome: 'deployed' },
    { slug: 'mono-two', outcome: 'nothing' },
  ])
})

test('a branch that moved on without a webhook is found, and left alone once it was seen', async () => {
  const base = twoServers('quiet')
  const server = await newServer('quiet', '.')
  const off = await newServer('quiet', 'two')
  const { db } = fixture.deps
  await db.server.update({ where: { id: off.id }, data: { pushing: { checkBranch: false } } })
  await deployed(server, base)
  await deployed(off, base)
  const seen = async () =>
    (await db.branchCheck.findUnique({ where: { serverId: server.id } }))?.headSha
  await expect.poll(seen, clock()).toBe(base)
  expect(await shasOf(server)).toEqual([base])

  const look = async () => {
    await db.branchCheck.updateMany({ data: { nextAt: new Date(0) } })
  }
  const lost = commit('quiet', 'one/a.txt', 'Nobody was told')
  await look()
  await expect.poll(seen, clock()).toBe(lost)
  expect(await shasOf(server)).toEqual([base, lost])
  const [, found] = await db.deployment.findMany({
    where: { serverId: server.id },
    orderBy: { createdAt: 'asc' },
  })
  expect(found).toMatchObject({ trigger: 'check', commitMessage: 'Nobody was told' })

  // Somebody goes back to the version before: the branch is where it was, so that stays.
  await deployed(server, base)
  const skipped = commit('quiet', 'one/a.txt', 'docs [skip moorage]')
  await look()
  await expect.poll(seen, clock()).toBe(skipped)
  expect(await shasOf(server)).toEqual([base, lost, base])
  expect(await shasOf(off)).toEqual([base])
})

/** A preview that a webhook has once asked for. */
async function preview(
  server: Server,
  ref: string,
  commitSha: string,
  of: { request?: number; fork?: string } = {},
) {
  const { db } = fixture.deps
  const expiresAt = new Date(Date.now() + 86_400_000)
  const name = ref.replace(/\W+/g, '-')
  const { id } = await db.preview.create({
    data: { id: newId('prv'), serverId: server.id, name, ref, expiresAt, ...of },
  })
  const row = { serverId: server.id, status: 'failed', kind: 'preview', previewId: id } as const
  const data = { id: newId('dep'), ...row, trigger: 'webhook', commitSha } as const
  await db.deployment.create({ data })
  return id
}

test('a preview follows its branch without a webhook, and goes with it; what was pushed to the platform itself stays', async () => {
  const base = twoServers('beside')
  const server = await newServer('beside', '.')
  await deployed(server, base)
  const { db } = fixture.deps
  const work = join(forge.base, 'beside-work')
  execFileSync('git', ['push', '--quiet', join(forge.base, 'beside.git'), 'HEAD:refs/heads/same'], {
    cwd: work,
  })
  const first = commit('beside', 'one/a.txt', 'The first of it', 'feature')
  const [moved, same, gone] = [
    await preview(server, 'feature', base),
    await preview(server, 'same', base),
    await preview(server, 'gone', base),
  ]
  const forked = await preview(server, 'refs/pull/3/head', base, { request: 3, fork: 'eve/x' })
  const from = commit('beside', 'one/a.txt', 'Of a fork', 'refs/pull/3/head')
  const pushed = await preview(server, 'local', base)
  await db.deployment.updateMany({ where: { previewId: pushed }, data: { trigger: 'push' } })

  const look = () => db.branchCheck.updateMany({ data: { nextAt: new Date(0) } })
  const find = (id: string) => db.preview.findUnique({ where: { id } })
  await look()
  await expect.poll(async () => (await find(forked))?.seenSha, clock()).toBe(from)
  await expect.poll(() => find(gone), clock()).toBeNull()
  const shas = async (previewId: string) =>
    (await db.deployment.findMany({ where: { previewId }, orderBy: { createdAt: 'asc' } })).map(
      (row) => row.commitSha,
    )
  expect(await shas(moved)).toEqual([base, first])
  // It has failed; the same commit is not tried again and again.
  expect(await shas(same)).toEqual([base])
  expect(await shas(forked)).toEqual([base])
  expect(await find(forked)).toMatchObject({ pendingSha: from })
  expect(await find(pushed)).not.toBeNull()
})

test('a branch that came without a webhook gets its preview, and loses it when it is deleted', async () => {
  const base = twoServers('fresh')
  const work = join(forge.base, 'fresh-work')
  const push = (...refs: string[]) =>
    execFileSync('git', ['push', '--quiet', join(forge.base, 'fresh.git'), ...refs], { cwd: work })
  push('HEAD:refs/heads/old')
  const [server, none] = [await newServer('fresh', '.'), await newServer('fresh', 'one')]
  const { db } = fixture.deps
  await db.server.update({ where: { id: none.id }, data: { pushing: { previews: 'none' } } })
  await deployed(server, base)
  await deployed(none, base)
  const look = async () => {
    await db.branchCheck.updateMany({ data: { nextAt: new Date(0) } })
  }
  const seen = async () =>
    (await db.branchCheck.findUnique({ where: { serverId: server.id } }))?.seen
  await expect.poll(seen, clock()).toEqual({ 'refs/heads/old': base })

  const added = commit('fresh', 'one/a.txt', 'Nobody was told', 'added')
  const skipped = commit('fresh', 'one/a.txt', 'Not this [skip moorage]', 'skipped')
  await look()
  await expect.poll(seen, clock()).toEqual({
    'refs/heads/old': base,
    'refs/heads/added': added,
    'refs/heads/skipped': skipped,
  })
  const previews = () => db.preview.findMany({ include: { deployments: true } })
  const ofServer = async () =>
    (await previews()).filter(({ serverId }) => [server.id, none.id].includes(serverId))
  expect(await ofServer()).toMatchObject([
    { serverId: server.id, ref: 'added', deployments: [{ commitSha: added, trigger: 'check' }] },
  ])
  // One that somebody has removed does not come back by itself.
  await db.preview.deleteMany({ where: { serverId: server.id } })
  const moved = commit('fresh', 'one/a.txt', 'Of the old one', 'old')
  await look()
  await expect.poll(async () => (await ofServer()).map(({ ref }) => ref), clock()).toEqual(['old'])
  await expect.poll(seen, clock()).toMatchObject({ 'refs/heads/old': moved })
  push(':refs/heads/old')
  await look()
  await expect.poll(ofServer, clock()).toEqual([])
})

test('a repository that does not answer is asked less and less often', async () => {
  twoServers('away')
  const server = await newServer('away', '.')
  await deployed(server, 'a'.repeat(40))
  const { db } = fixture.deps
  await db.server.update({ where: { id: server.id }, data: { repoUrl: url('gone') } })
  const check = () => db.branchCheck.findUnique({ where: { serverId: server.id } })
  await expect.poll(async () => (await check())?.failures, clock()).toBe(1)
  const first = (await check())?.nextAt.getTime() ?? 0
  await db.branchCheck.update({
    where: { serverId: server.id },
    data: { failures: 4, nextAt: new Date(0) },
  })
  await expect.poll(async () => (await check())?.failures, clock()).toBe(5)
  expect((await check())?.nextAt.getTime()).toBeGreaterThan(first + 30 * 60_000)
})
