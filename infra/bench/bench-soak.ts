import { randomBytes } from 'node:crypto'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callConstantly } from '../../e2e/clients/load.ts'
import { type Platform, run, startPlatform } from '../../e2e/platform.ts'
import { createRepository, type Repository } from '../../e2e/repository.ts'

const serverCount = 10
/** What earlier versions leave is collected by then: kept images, and what the engine caches. */
const keptImages = 2
const tiny = new URL('../../apps/builder/src/fixtures/tiny/', import.meta.url).pathname

/**
 * `npm run bench -- soak [200]`: so many deployments in a row over ten servers that are called all the
 * time. No request may fail, and disk and memory have to be where they were after the first round of
 * each server.
 */
export async function bench() {
  const deployments = Number(process.argv[3] ?? 200)
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '15100'],
    env: { MOORAGE_KEEP_IMAGES: String(keptImages) },
  })
  const repos = await Promise.all(Array.from({ length: serverCount }, tinyRepository))
  try {
    const rounds = keptImages + 1
    for (let n = 0; n < rounds * serverCount; n++) await deploy(platform, repos, n)
    const loads = repos.map((_, index) => callConstantly(endpointOf(platform, index), 1))
    await sleep(5_000)
    const before = await footprint(platform)
    const startedMs = performance.now()
    const pushesMs: number[] = []
    for (let n = 0; n < deployments; n++) pushesMs.push(await deploy(platform, repos, n))
    const seconds = (performance.now() - startedMs) / 1_000
    await sleep(10_000)
    const after = await footprint(platform)
    const done = await Promise.all(loads.map((load) => load.stop()))
    const failures = done.flatMap((load) => load.failures)
    return {
      goal: { failedRequests: 0, images: before.images, containers: before.containers },
      deployments,
      seconds: Math.round(seconds),
      slowestPushMs: Math.round(Math.max(...pushesMs)),
      calls: done.reduce((sum, { calls }) => sum + calls, 0),
      failedRequests: failures.length,
      failures: failures.slice(0, 5),
      before,
      after,
    }
  } finally {
    for (const repo of repos) repo.remove()
    await platform.stop()
  }
}

const slugOf = (index: number) => `soak-${index}`

function endpointOf({ ready }: Platform, index: number) {
  return { url: `${ready.routerUrl}/${slugOf(index)}/mcp`, key: ready.adminApiKey }
}

async function tinyRepository(): Promise<Repository> {
  const repo = await createRepository(null)
  cpSync(tiny, repo.dir, { recursive: true })
  return repo
}

async function deploy({ ready }: Platform, repos: Repository[], n: number): Promise<number> {
  const index = n % serverCount
  const repo = repos[index]
  if (!repo) throw new Error('no such repository')
  repo.write('nonce', randomBytes(8).toString('hex'))
  await repo.commit(`Version ${n}`)
  const startedMs = performance.now()
  const pushed = await repo.push(ready, slugOf(index))
  if (!pushed.stderr.includes('is live')) throw new Error(pushed.stderr)
  return performance.now() - startedMs
}

async function footprint({ dataDir }: Platform) {
  const { platformId } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8')) as {
    platformId: string
  }
  const label = `label=dev.moorage.platform=${platformId}`
  const count = async (...args: string[]) =>
    (await run('docker', [...args, '--filter', label])).stdout.split('\n').filter(Boolean).length
  const data = await run('du', ['-s', '--block-size=1M', dataDir])
  const database = await run('du', ['-s', '--block-size=1M', join(dataDir, 'postgres')])
  return {
    images: await count('image', 'ls', '--quiet', '--no-trunc'),
    containers: await count('ps', '--all', '--quiet'),
    networks: await count('network', 'ls', '--quiet'),
    dataMb: Number.parseInt(data.stdout, 10),
    /** Part of it: history, logs and Postgres' own journal, which is up to a gigabyte. */
    databaseMb: Number.parseInt(database.stdout, 10),
    nodeMemoryMb: nodeMemoryMb(),
  }
}

/** Resident memory of every Node process below this one: the platform's. */
function nodeMemoryMb(): number {
  const processes = readdirSync('/proc').flatMap((pid) => readProcess(pid) ?? [])
  const mine = new Set([process.pid])
  for (let grew = true; grew; ) {
    const more = processes.filter(({ pid, parent }) => mine.has(parent) && !mine.has(pid))
    for (const { pid } of more) mine.add(pid)
    grew = more.length > 0
  }
  const counted = processes.filter(
    ({ pid, name }) => pid !== process.pid && mine.has(pid) && /node|Main/.test(name),
  )
  return Math.round(counted.reduce((sum, { memoryKb }) => sum + memoryKb, 0) / 1024)
}

function readProcess(pid: string) {
  if (!/^\d+$/.test(pid)) return null
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? '0'
    return {
      pid: Number(pid),
      parent: Number(field('PPid')),
      name: field('Name'),
      memoryKb: Number(field('VmRSS')),
    }
  } catch {
    return null // It has ended.
  }
}
