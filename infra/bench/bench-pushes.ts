import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectTypeScript } from '../../e2e/clients/clients.ts'
import { type Platform, type Ran, run, startPlatform } from '../../e2e/platform.ts'
import { createRepository, type Repository } from '../../e2e/repository.ts'

const tiny = new URL('../../apps/builder/src/fixtures/tiny/', import.meta.url).pathname
const parts = { twenty, manyFiles, large, builderKilled }

/**
 * `npm run bench -- pushes [PART...]`: pushes that are hard on a git remote, by real git against a whole
 * platform. Twenty in a minute to one server; 20,000 files; 500 MB; and a builder that is killed while
 * the pusher waits.
 */
export async function bench() {
  const named = process.argv.slice(3).filter((name): name is keyof typeof parts => name in parts)
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '15500'],
  })
  try {
    const results: Record<string, unknown> = {}
    for (const name of named.length > 0 ? named : (Object.keys(parts) as (keyof typeof parts)[]))
      results[name] = await parts[name](platform)
    return results
  } finally {
    await platform.stop()
  }
}

async function twenty(platform: Platform) {
  const repo = await tinyRepository()
  await must(repo.push(platform.ready, 'twenty'))
  const pushes: Promise<Ran>[] = []
  const shas: string[] = []
  const startedMs = performance.now()
  for (let n = 0; n < 20; n++) {
    repo.write('nonce', randomBytes(8).toString('hex'))
    shas.push(await repo.commit(`Push ${n}`))
    pushes.push(repo.push(platform.ready, 'twenty'))
    await sleep(2_500)
  }
  const seconds = (performance.now() - startedMs) / 1_000
  const done = await Promise.all(pushes)
  const deployments = await deploymentsOf(platform, 'twenty')
  const live = deployments.filter(({ status }) => status === 'live')
  const secrets = readFileSync(join(platform.dataDir, 'secrets.json'), 'utf8')
  const { platformId } = JSON.parse(secrets) as { platformId: string }
  const label = `label=dev.moorage.platform=${platformId}`
  const containers = await run('docker', ['ps', '--all', '--quiet', '--filter', label])
  repo.remove()
  return {
    goal: { lost: 0, live: 1, lastIsLive: true, containers: 1 },
    seconds: Math.round(seconds),
    accepted: done.filter(({ exitCode }) => exitCode === 0).length,
    lost: shas.filter((sha) => !deployments.some(({ commitSha }) => commitSha === sha)).length,
    live: live.length,
    lastIsLive: live[0]?.commitSha === shas.at(-1),
    containers: containers.stdout.split('\n').filter(Boolean).length,
    unfinished: deployments.filter(({ status }) => /queued|building|starting/.test(status)).length,
  }
}

async function manyFiles(platform: Platform) {
  const repo = await tinyRepository()
  for (let n = 0; n < 20_000; n++) {
    const dir = join(repo.dir, 'data', String(n % 200))
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, `${n}.txt`), `${n} ${randomBytes(64).toString('hex')}\n`)
  }
  return measurePush(platform, repo, 'many-files')
}

async function large(platform: Platform) {
  const repo = await tinyRepository()
  for (let n = 0; n < 10; n++) writeFileSync(join(repo.dir, `${n}.bin`), randomBytes(50_000_000))
  return measurePush(platform, repo, 'large')
}

/** The supervisor starts another, which takes the deployment up; the pusher sees it through. */
async function builderKilled(platform: Platform) {
  const repo = await createRepository('python-fastmcp')
  await repo.commit('First')
  const pushing = repo.push(platform.ready, 'builder-killed')
  await sleep(2_000)
  const pid = appPid(platform.dataDir, 'builder')
  process.kill(pid, 'SIGKILL')
  const pushed = await pushing
  repo.remove()
  return {
    goal: { isLive: true },
    exitCode: pushed.exitCode,
    isLive: pushed.stderr.includes('is live'),
    answers: await answers(platform, 'builder-killed'),
    said: pushed.stderr.split('\n').slice(-12),
  }
}

async function measurePush(platform: Platform, repo: Repository, slug: string) {
  await repo.commit('All of it')
  const before = memoryMb(appPid(platform.dataDir, 'git'))
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, memoryMb(appPid(platform.dataDir, 'git')))
  }, 50)
  const startedMs = performance.now()
  const pushed = await repo.push(platform.ready, slug)
  clearInterval(watch)
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10
  repo.remove()
  return {
    goal: { isLive: true },
    seconds,
    isLive: pushed.stderr.includes('is live'),
    answers: await answers(platform, slug),
    gitAppMb: { before, most },
    ...(pushed.exitCode === 0 ? {} : { said: pushed.stderr.split('\n').slice(-12) }),
  }
}

async function tinyRepository(): Promise<Repository> {
  const repo = await createRepository(null)
  cpSync(tiny, repo.dir, { recursive: true })
  await repo.commit('First')
  return repo
}

async function must(pushing: Promise<Ran>): Promise<void> {
  const pushed = await pushing
  if (!pushed.stderr.includes('is live')) throw new Error(pushed.stderr)
}

type Deployment = { status: string; commitSha: string | null }

async function deploymentsOf(platform: Platform, slug: string): Promise<Deployment[]> {
  const { stdout, stderr } = await platform.moorage(
    'deployments',
    'list',
    slug,
    '-n',
    '50',
    '--json',
  )
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

async function answers({ ready }: Platform, slug: string): Promise<boolean> {
  const endpoint = { url: `${ready.routerUrl}/${slug}/mcp`, key: ready.adminApiKey }
  const { client, close } = await connectTypeScript(endpoint, 'legacy')
  const { tools } = await client.listTools()
  await close()
  return tools.length > 0
}

/** The app below this process that runs in apps/NAME. */
function appPid(dataDir: string, name: string): number {
  const pid = readdirSync('/proc').find((pid) => {
    try {
      const isThere = readlinkSync(`/proc/${pid}/cwd`).endsWith(`/apps/${name}`)
      return isThere && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dataDir)
    } catch {
      return false
    }
  })
  if (!pid) throw new Error(`There is no ${name}.`)
  return Number(pid)
}

/** Resident, of the app itself. */
function memoryMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
