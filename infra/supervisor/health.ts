import { setTimeout as sleep } from 'node:timers/promises'
import type { ChildApp } from './child-app.ts'

/** Waits until it answers; an app that keeps dying is given up. */
export async function waitUntil(
  name: string,
  app: ChildApp,
  isHealthy: () => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + 90_000
  while (!(await isHealthy())) {
    signal.throwIfAborted()
    if (app.deaths() >= 4) throw new Error(`The ${name} app ends as soon as it starts.`)
    if (Date.now() > deadline) throw new Error(`The ${name} app does not get ready.`)
    await sleep(100, undefined, { signal })
  }
}

export async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
