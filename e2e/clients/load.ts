import { setTimeout as sleep } from 'node:timers/promises'
import { connectTypeScript, textOf } from './clients.ts'

export type Load = { stop(): Promise<{ calls: number; failures: string[]; latenciesMs: number[] }> }

/** Clients of both eras that do nothing but call, each with its session for as long as it lasts. */
export function callConstantly(endpoint: { url: string; key: string }, count: number): Load {
  let stopped = false
  let calls = 0
  const failures: string[] = []
  const latenciesMs: number[] = []
  async function worker(index: number): Promise<void> {
    const { client, close } = await connectTypeScript(endpoint, index % 2 === 0 ? 'auto' : 'legacy')
    while (!stopped) {
      const startedAt = performance.now()
      try {
        const result = await client.callTool({ name: 'add', arguments: { a: calls, b: 1 } })
        if (!/^\d+$/.test(textOf(result.content))) failures.push(JSON.stringify(result))
      } catch (error) {
        failures.push(String(error))
      }
      latenciesMs.push(performance.now() - startedAt)
      calls++
      await sleep(20)
    }
    await close().catch(() => {})
  }
  const workers = Array.from({ length: count }, (_, index) => worker(index))
  return {
    async stop() {
      stopped = true
      await Promise.all(workers)
      return { calls, failures, latenciesMs }
    },
  }
}
