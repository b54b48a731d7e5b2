import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { baseImage, caBundlePath } from '@moorage/testing/services'
import { connectTypeScript } from '../../e2e/clients/clients.ts'
import { type Platform, run, startPlatform } from '../../e2e/platform.ts'
import { createRepository, type Repository } from '../../e2e/repository.ts'
import { median } from './statistics.ts'

const rounds = 5
const servers = [
  { example: 'python-fastmcp', file: 'server.py', comment: '#' },
  { example: 'typescript-sdk', file: 'src/server.ts', comment: '//' },
]

/**
 * From `git push` to its return with the server live, after a one-line change, against the same by
 * hand: build that Dockerfile with the same engine, run it just as hardened, and shake hands. Both
 * in turn, in one run.
 */
export async function bench() {
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '14600'],
  })
  try {
    const results = []
    for (const server of servers) results.push(await measure(platform, server))
    return { goal: { ratio: 1.25, pushToLiveMs: 5_000 }, rounds, servers: results }
  } finally {
    await platform.stop()
  }
}

async function measure(platform: Platform, server: (typeof servers)[number]) {
  const repo = await createRepository(server.example)
  const slug = `bench-${server.example}`
  const pushes: number[] = []
  const byHand: number[] = []
  try {
    const plan = await platform.moorage('plan', repo.dir, '--dockerfile')
    const [official = ''] = /^FROM (python|node):\S+/m.exec(plan.stdout) ?? []
    const language = official.includes('python') ? 'python' : 'node'
    const base = (await byHandBase(language)) ?? official.slice('FROM '.length)
    const dockerfile = join(repo.dir, 'Dockerfile.by-hand')
    for (let round = 0; round <= rounds; round++) {
      repo.edit(server.file, (text) => `${text}\n${server.comment} ${round}\n`)
      const sha = await repo.commit(`Change ${round}`)
      const push = await time(async () => {
        const pushed = await repo.push(platform.ready, slug)
        if (!pushed.stderr.includes('is live')) throw new Error(pushed.stderr)
      })
      // Another change, so that neither has built it before.
      repo.edit(server.file, (text) => `${text}\n${server.comment} by hand ${sha}\n`)
      writeFileSync(dockerfile, plan.stdout.replace(/^FROM (python|node):\S+/gm, `FROM ${base}`))
      const hand = await time(() => deployByHand(repo, slug))
      if (round === 0) continue // The first of each fills the caches.
      pushes.push(push)
      byHand.push(hand)
    }
    const ratios = pushes.map((ms, index) => ms / (byHand[index] ?? Number.NaN))
    return {
      server: server.example,
      pushToLiveMs: median(pushes),
      byHandMs: median(byHand),
      ratio: Math.round(median(ratios.map((ratio) => ratio * 100))) / 100,
      pushes: pushes.map(Math.round),
      byHand: byHand.map(Math.round),
    }
  } finally {
    await must('docker', ['rm', '--force', `${slug}-by-hand`]).catch(() => '')
    repo.remove()
  }
}

/**
 * The base images that the platform was given; where this machine has a CA of its own, by hand that
 * means an image that trusts it.
 */
async function byHandBase(language: 'python' | 'node'): Promise<string | null> {
  const image = baseImage(language)
  const ca = caBundlePath()
  if (!image || !ca) return image
  const dir = mkdtempSync(join(tmpdir(), 'moorage-bench-'))
  const env = ['PIP_CERT', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'].map(
    (name) => `ENV ${name}=/ca.pem`,
  )
  writeFileSync(
    join(dir, 'Dockerfile'),
    [`FROM ${image}`, 'COPY ca.pem /ca.pem', ...env].join('\n'),
  )
  copyFileSync(ca, join(dir, 'ca.pem'))
  await buildByHand(dir, 'Dockerfile', `bench-base-${language}`)
  rmSync(dir, { recursive: true })
  return `bench-base-${language}`
}

/** The engine's own BuildKit, as `docker build` uses it, without needing the buildx plug-in. */
async function buildByHand(dir: string, dockerfile: string, tag: string): Promise<void> {
  const tar = join(tmpdir(), `${tag}.tar`)
  await must('tar', ['--exclude=.git', '-C', dir, '-cf', tar, '.'])
  const url = `http://engine/build?version=2&dockerfile=${dockerfile}&t=${tag}`
  const socket = ['--silent', '--fail', '--unix-socket', '/var/run/docker.sock', '-X', 'POST']
  const body = ['-H', 'Content-Type: application/x-tar', '--data-binary', `@${tar}`]
  const said = await must('curl', [...socket, ...body, url])
  rmSync(tar)
  if (said.includes('"errorDetail"')) throw new Error(said.slice(-2000))
}

async function deployByHand(repo: Repository, slug: string): Promise<void> {
  const name = `${slug}-by-hand`
  await buildByHand(repo.dir, 'Dockerfile.by-hand', name)
  await must('docker', ['rm', '--force', name])
  const hardened = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--user', '10001']
  const limits = ['--memory', '512m', '--memory-swap', '512m', '--cpus', '1', '--pids-limit', '256']
  const port = ['--publish', '127.0.0.1::8000']
  await must('docker', ['run', '--detach', '--name', name, ...hardened, ...limits, ...port, name])
  const address = (await must('docker', ['port', name, '8000'])).trim().split('\n')[0]
  await shakeHands(`http://${address}/mcp`)
}

async function shakeHands(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const { client, close } = await connectTypeScript({ url, key: 'none' }, 'auto')
      await client.listTools()
      return await close()
    } catch (error) {
      if (attempt > 1000) throw error
      await sleep(25)
    }
  }
}

async function must(file: string, args: string[]): Promise<string> {
  const done = await run(file, args)
  if (done.exitCode !== 0)
    throw new Error(`${file} ${args.join(' ')}\n${done.stdout}${done.stderr}`)
  return done.stdout
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
