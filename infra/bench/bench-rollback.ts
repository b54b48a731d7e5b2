import { setTimeout as sleep } from 'node:timers/promises'
import { type Platform, startPlatform } from '../../e2e/platform.ts'
import { createRepository } from '../../e2e/repository.ts'
import { median } from './statistics.ts'

const rounds = 5
const examples = ['typescript-sdk', 'python-fastmcp']

/**
 * From asking for the version before until the router answers with it, without a build: by the
 * command line, which takes a moment itself to start, with its own time beside it.
 */
export async function bench() {
  const platform = await startPlatform({
    runtime: 'docker',
    args: ['--no-example', '--port-base', '15300'],
  })
  try {
    const servers = []
    for (const example of examples) servers.push(await measure(platform, example))
    return { goal: { rollbackMs: 3_000 }, rounds, servers }
  } finally {
    await platform.stop()
  }
}

async function measure(platform: Platform, example: string) {
  const slug = `bench-rollback-${example}`
  const repo = await createRepository(example)
  try {
    for (const n of [1, 2]) {
      repo.write(`version-${n}`, String(n))
      await repo.commit(`Version ${n}`)
      const pushed = await repo.push(platform.ready, slug)
      if (!pushed.stderr.includes('is live')) throw new Error(pushed.stderr)
    }
    const rollbacks: number[] = []
    const commandMs: number[] = []
    for (let n = 0; n < rounds; n++) {
      await sleep(2_000)
      commandMs.push(await time(() => must(platform, 'servers', 'show', slug, '--json')))
      rollbacks.push(await time(() => must(platform, 'rollback', slug)))
    }
    return {
      server: example,
      rollbackMs: median(rollbacks),
      slowestMs: Math.max(...rollbacks),
      ofThatTheCommandMs: median(commandMs),
      rollbacks: rollbacks.map(Math.round),
    }
  } finally {
    repo.remove()
  }
}

async function must(platform: Platform, ...args: string[]): Promise<void> {
  const done = await platform.moorage(...args)
  if (done.exitCode !== 0) throw new Error(done.stdout + done.stderr)
}

async function time(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}
