import { execFileSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { approvePreview } from '@moorage/deployments/approve-preview'
import { setBuildSecret } from '@moorage/deployments/build-secrets'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { createServer } from '@moorage/deployments/create-server'
import { deployPreview } from '@moorage/deployments/deploy-preview'
import { saveGithubApp } from '@moorage/deployments/github/github-app'
import { newId } from '@moorage/domain/id'
import { startGithub, type TestGithub } from '@moorage/testing/github'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serveGit } from './forge-fixture.ts'
import { actor, type BuilderFixture, startFixture } from './pipeline-fixture.ts'

let github: TestGithub
let fixture: BuilderFixture
const root = mkdtempSync(join(tmpdir(), 'moorage-github-'))
/** Passwords that git was let in with, and what a process list showed at that time. */
const tokens: string[] = []
/** The repository that a token is for, and the one that was read with it. */
const reads: string[] = []
let processes = ''

beforeAll(async () => {
  github = await startGithub((request, response) => {
    const [, basic] = /^Basic (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const [user, token = ''] = Buffer.from(basic ?? '', 'base64')
      .toString()
      .split(':')
    if (user !== 'x-access-token' || !github.isToken(token))
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
    tokens.push(token)
    reads.push(`${github.repositoryOf(token)} at ${request.url?.split('.git', 1)[0]}`)
    processes += processList()
    serveGit(root, new URL(request.url ?? '/', github.url), request, response)
  })
  github.installations.push({
    id: 42,
    account: { id: 100, login: 'acme', type: 'Organization' },
    repositories: ['weather', 'inner', 'with-inner', 'with-hidden', 'with-other'].map((name) => ({
      ...{ name, isPrivate: true },
    })),
  })
  github.installations.push({
    id: 43,
    account: { id: 101, login: 'other', type: 'Organization' },
    repositories: [{ name: 'inner', isPrivate: true }],
  })
  fixture = await startFixture({ runtime: 'process', redis: false })
  await saveGithubApp(fixture.deps, github.app)
  await fixture.startBuilder({
    MOORAGE_GITHUB_URL: github.url,
    MOORAGE_TRUSTED_REPO_HOSTS: github.host,
    MOORAGE_DASHBOARD_URL: 'https://moorage.example.com',
    MOORAGE_ROUTER_URL: 'https://mcp.example.com/',
  })
})
afterAll(async () => {
  await fixture.close()
  github.close()
  rmSync(root, { recursive: true, force: true })
})

function processList(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return '' // It has ended meanwhile.
      }
    })
    .join('\n')
}

/** A repository whose one commit is the tiny server, with a submodule where one is named. */
function repository(name: string, module?: { url: string; sha: string }, owner = 'acme'): string {
  const dir = join(root, owner, `${name}.git`)
  const work = mkdtempSync(join(tmpdir(), 'moorage-work-'))
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
      cwd: work,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  cpSync(new URL('fixtures/tiny/', import.meta.url).pathname, work, { recursive: true })
  git('init', '--quiet', '--initial-branch=main')
  if (module) {
    const lines = ['[submodule "m"]', 'path = lib', `url = ${module.url}`]
    writeFileSync(join(work, '.gitmodules'), lines.join('\n'))
    git('update-index', '--add', '--cacheinfo', `160000,${module.sha},lib`)
    mkdirSync(join(work, 'lib'))
  }
  git('add', '--all')
  git('commit', '--quiet', '--message', 'The first')
  git('clone', '--quiet', '--bare', '.', dir)
  const sha = git('rev-parse', 'HEAD')
  rmSync(work, { recursive: true })
  return sha
}

const connect = (installationId = 42, account = 'Acme') =>
  fixture.deps.db.githubInstallation.create({
    data: { id: newId('ghi'), teamId: fixture.team.id, installationId, account },
  })

async function deploy(repo: string, slug: string) {
  const { id: teamId } = fixture.team
  const repoUrl = `${github.url}/acme/${repo}.git`
  const policy = { ...fixture.deps, repoUrlPolicy: { trustedHosts: [github.host] } }
  const server = await createServer(policy, { teamId, slug, repoUrl }, actor)
  const input = { teamId, serverId: server.id, trigger: 'manual' } as const
  return fixture.settled((await createDeployment(fixture.deps, input, actor)).id)
}

test('a private repository is fetched with a token of its own, which no argument, log or file shows, and GitHub hears that it is live', async () => {
  const sha = repository('weather')
  expect(await deploy('weather', 'before')).toMatchObject({
    status: 'failed',
    failure: { step: 'fetch' },
  })
  expect(tokens).toEqual([])
  await connect()
  const { id, status, commitSha } = await deploy('weather', 'weather')
  expect([status, commitSha]).toEqual(['live', sha])
  expect(new Set(tokens).size).toBeGreaterThan(0)
  const { db } = fixture.deps
  const logs = await db.logLine.findMany({ where: { deploymentId: id } })
  const said = [
    processes,
    fixture.output(),
    JSON.stringify(logs, (_, it) => (typeof it === 'bigint' ? String(it) : it)),
  ]
  for (const token of tokens) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
    expect(said.join('\n')).not.toContain(token)
    expect(said.join('\n')).not.toContain(basic)
  }
  expect(processes).toContain('fetch')
  const last = () => github.written.filter(({ path }) => path.startsWith('/statuses/')).at(-1)?.body
  await expect.poll(() => last()?.state, { timeout: 20_000, interval: 100 }).toBe('success')
  expect(last()?.target_url).toBe(`https://moorage.example.com/servers/weather/deployments/${id}`)
})

test('pull requests that were opened or closed while nobody listened get a preview, wait, or lose theirs', async () => {
  const { db } = fixture.deps
  const server = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
  const { commitSha } = await db.deployment.findFirstOrThrow({ where: { serverId: server.id } })
  const sha = commitSha ?? ''
  const expiresAt = new Date(Date.now() + 86_400_000)
  const add = async (request: number) => {
    const of = { serverId: server.id, request, ref: `feature-${request}`, name: `pr-${request}` }
    const data = { id: newId('prv'), expiresAt, seenSha: sha, ...of }
    return (await db.preview.create({ data })).id
  }
  const pull = (number: number, ref = `feature-${number}`, full_name = 'acme/weather') => ({
    ...{ number, title: `Request ${number}` },
    head: { ref, sha, repo: { full_name } },
  })
  const bare = join(root, 'acme', 'weather.git')
  const git = (...args: string[]) => execFileSync('git', args, { cwd: bare })
  for (const ref of ['refs/heads/feature-1', 'refs/heads/feature-2', 'refs/heads/feature-3'])
    git('update-ref', ref, sha)
  git('update-ref', 'refs/pull/9/head', sha)
  await db.server.update({ where: { id: server.id }, data: { pushing: { previews: 'requests' } } })
  // The first look comes by itself, and learns only what there is.
  await expect.poll(() => db.branchCheck.count(), { timeout: 30_000, interval: 100 }).toBe(1)
  const look = async () => {
    const { count } = await db.branchCheck.updateMany({ data: { nextAt: new Date(0) } })
    expect(count).toBe(1)
  }
  const [open, over] = [await add(1), await add(2)]
  github.pulls.push(pull(1))
  await look()
  const find = (id: string) => db.preview.findUnique({ where: { id } })
  await expect.poll(() => find(over), { timeout: 20_000, interval: 100 }).toBeNull()
  expect(await find(open)).not.toBeNull()

  const seen = async () => (await db.branchCheck.findFirst())?.seen
  await expect.poll(seen, { timeout: 20_000, interval: 100 }).toEqual({ 'request 1': sha })
  github.pulls.push(pull(3), pull(9, 'main', 'eve/weather'))
  await look()
  const found = async () => {
    const rows = await db.preview.findMany({ orderBy: { request: 'asc' } })
    return rows.map(({ request, ref, fork, pendingSha }) => [request, ref, fork, pendingSha])
  }
  await expect.poll(found, { timeout: 20_000, interval: 100 }).toEqual([
    [1, 'feature-1', null, null],
    [3, 'feature-3', null, null],
    [9, 'refs/pull/9/head', 'eve/weather', sha],
  ])
})

test('a private submodule of the same account is read with a token of its own; of another account, or for a fork, it is not', async () => {
  const { deps, team } = fixture
  await connect(43, 'other')
  const sha = repository('inner')
  repository('hidden')
  const others = repository('inner', undefined, 'other')
  repository('with-inner', { url: '../inner.git', sha })
  const ofAccount = await deploy('with-inner', 'with-inner')
  expect(ofAccount.status).toBe('live')
  expect(reads).toContain('inner at /acme/inner')

  repository('with-hidden', { url: '../hidden.git', sha })
  repository('with-other', { url: '../../other/inner.git', sha: others })
  for (const repo of ['with-hidden', 'with-other']) {
    const { failure } = await deploy(repo, repo)
    expect(failure).toMatchObject({
      step: 'fetch',
      message: expect.stringContaining('The submodule lib:'),
      hint: expect.stringContaining('in the same account'),
    })
  }

  const commitSha = ofAccount.commitSha ?? ''
  const of = {
    teamId: team.id,
    serverId: ofAccount.serverId,
    trigger: 'webhook',
    commitSha,
  } as const
  const pull = { ref: 'refs/pull/5/head', request: 5, fork: 'eve/with-inner' }
  const { preview } = await deployPreview(deps, { ...of, ...pull }, actor)
  const { id } = await approvePreview(deps, { ...of, name: preview.name }, actor)
  expect((await fixture.settled(id)).failure).toMatchObject({
    message: expect.stringContaining('The submodule lib:'),
  })

  for (const read of reads) expect(read).toMatch(/^([\w-]+) at \/acme\/\1$/)

  // A secret that somebody has set for this host is theirs to give.
  const secret = {
    name: 'GIT_CREDENTIALS',
    value: `http://x-access-token:${tokens[0]}@${github.host}`,
  }
  const { id: serverId } = await deps.db.server.findUniqueOrThrow({ where: { slug: 'with-other' } })
  await setBuildSecret(deps, { serverId, ...secret })
  const again = await createDeployment(
    deps,
    { teamId: team.id, serverId, trigger: 'manual' },
    actor,
  )
  expect((await fixture.settled(again.id)).status).toBe('live')
})
