import { callServer } from '../../e2e/call-server.ts'
import { deployServer } from '../../e2e/deploy-server.ts'
import { type Platform, startPlatform } from '../../e2e/platform.ts'
import { fetchSource } from './fetch-source.ts'
import type { Result } from './results.ts'
import type { Runtime, Subject } from './subject.ts'

/**
 * Each server on each runtime, one after the other, on one platform a runtime. Never throws for a
 * server. What is told to `onResult` counts, even where the run is cut short.
 */
export async function tryAll(
  subjects: Subject[],
  options: {
    runtimes: Runtime[]
    mirrorDir: string | null
    onResult: (result: Result) => void
  },
): Promise<Result[]> {
  const results: Result[] = []
  for (const runtime of options.runtimes) {
    const fit = subjects.filter((subject) => subject.runtimes.includes(runtime))
    if (fit.length === 0) continue
    const args = ['--no-example', '--port-base', runtime === 'docker' ? '15200' : '15300']
    const platform = await startPlatform({ runtime, args })
    try {
      for (const subject of fit) {
        const result = await tryOne(platform, subject, { ...options, runtime })
        const { fault, liveMs, name } = result
        const said = fault === null ? `works, live after ${liveMs} ms` : `FAULT ${fault}`
        console.error(`  ${runtime.padEnd(8)} ${name.padEnd(32)} ${said}`)
        results.push(result)
        options.onResult(result)
      }
    } finally {
      await platform.stop()
    }
  }
  return results
}

async function tryOne(
  platform: Platform,
  subject: Subject,
  { runtime, mirrorDir }: { runtime: Runtime; mirrorDir: string | null },
): Promise<Result> {
  const { name } = subject
  const slug = `c-${name}`.slice(0, 40).replace(/-$/, '')
  const result: Result = { name, runtime, liveMs: null, fault: null }
  try {
    const { source, settings, env } = subject
    const files = source === undefined ? null : await fetchSource(source, { mirrorDir })
    const server = { slug, dir: files?.dir ?? null, settings, env }
    const deployed = await deployServer(platform, server).finally(() => files?.remove())
    const { url, durationMs, ...facts } = deployed
    Object.assign(result, facts, { liveMs: durationMs })
    const endpoint = { url, key: platform.ready.adminApiKey, transport: facts.transport }
    Object.assign(result, await callServer(endpoint, subject))
  } catch (error) {
    result.fault = error instanceof Error ? error.message : String(error)
  }
  await platform.moorage('servers', 'delete', slug, '--confirm', slug)
  return result
}
