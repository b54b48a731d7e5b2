import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Platform, startPlatform } from '../../e2e/platform.ts'
import { createRepository } from '../../e2e/repository.ts'
import { median, quantile } from './statistics.ts'
import { copyOf, createEngine } from './wake/engine.ts'

const rounds = { paused: 20, stopped: 8 }
const examples = ['typescript-sdk', 'python-fastmcp']
const engine = createEngine()

/**
 * What the first request to a server that sleeps waits, through the router. From paused in
 * milliseconds, beside the same request to the server awake; from stopped against the same container
 * by hand: `docker start`, and the same request again and again until it is answered. In turn, in one run.
 */
export async function bench() {
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '14800'],
  })
  try {
    const servers = []
    for (const example of examples) servers.push(await measure(platform, example))
    return { goal: { pausedP50Ms: 50, stoppedRatio: 1.1 }, rounds, servers }
  } finally {
    await platform.stop()
  }
}

async function measure(platform: Platform, example: string) {
  const slug = `bench-wake-${example}`
  const { routerUrl, adminApiKey } = platform.ready
  const call = () => initialize(`${routerUrl}/${slug}/mcp`, adminApiKey)
  await deploy(platform, example, slug)
  await call()
  const container = await engine.containerOf(await liveOf(platform, slug))
  const awake = await repeat(rounds.paused, () => time(call))
  await settle(platform, slug, 1, 'none')
  const paused = await repeat(rounds.paused, async () => {
    await engine.isIn(container, 'paused')
    return time(call)
  })
  await settle(platform, slug, 'none', 1)
  const hand = await copyOf(engine, container)
  try {
    const turns = await repeat(rounds.stopped, async () => {
      await engine.isIn(container, 'exited')
      const stopped = await time(call)
      return {
        stopped,
        byHand: await time(() => startByHand(hand)).finally(() => engine.stop(hand)),
      }
    })
    return {
      server: example,
      awakeMs: { p50: median(awake), p95: quantile(awake, 0.95) },
      pausedMs: { p50: median(paused), p95: quantile(paused, 0.95) },
      stoppedMs: median(turns.map(({ stopped }) => stopped)),
      byHandMs: median(turns.map(({ byHand }) => byHand)),
      ratio: median(turns.map(({ stopped, byHand }) => (100 * stopped) / byHand)) / 100,
      paused: paused.map(Math.round),
      turns: turns.map(({ stopped, byHand }) => [Math.round(stopped), Math.round(byHand)]),
    }
  } finally {
    await engine.remove(hand)
  }
}

async function deploy(platform: Platform, example: string, slug: string): Promise<void> {
  const repo = await createRepository(example)
  try {
    await repo.commit('First')
    const pushed = await repo.push(platform.ready, slug)
    if (!pushed.stderr.includes('is live')) throw new Error(pushed.stderr)
  } finally {
    repo.remove()
  }
}

async function liveOf(platform: Platform, slug: string): Promise<string> {
  const { stdout } = await platform.moorage('servers', 'show', slug, '--json')
  return z.object({ live: z.object({ id: z.string() }) }).parse(JSON.parse(stdout)).live.id
}

type Seconds = number | 'none'

async function settle(platform: Platform, slug: string, pause: Seconds, stop: Seconds) {
  const set = ['--set', `pauseAfterSeconds=${pause}`, '--set', `stopAfterSeconds=${stop}`]
  const done = await platform.moorage('routing', slug, ...set)
  if (done.exitCode !== 0) throw new Error(done.stderr)
}

async function startByHand(container: string): Promise<void> {
  await engine.start(container)
  const url = `http://${await engine.address(container)}/mcp`
  for (;;) {
    try {
      return await initialize(url, 'none')
    } catch {
      await sleep(5)
    }
  }
}

/** The smallest request that every server answers. */
async function initialize(url: string, key: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
      params: {
        ...{ protocolVersion: '2025-06-18', capabilities: {} },
        clientInfo: { name: 'bench', version: '1' },
      },
    }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${text}`)
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

async function repeat<T>(count: number, work: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < count) results.push(await work())
  return results
}
