import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, signalGroup } from './live-process.ts'
import type { Paths } from './paths.ts'
import { instanceFactsSchema, readState, runningSchema } from './state-file.ts'

const pollMs = 25
/** What the bridge takes to end its children, which are in process groups of their own. */
const bridgeGraceMs = 5_000

/** SIGTERM to the server's process group, SIGKILL after the grace; waits until all of it is gone. */
export async function stopInstance(
  paths: Paths,
  instanceId: string,
  askedGraceMs: number,
): Promise<void> {
  const files = paths.instance(instanceId)
  const running = await readState(files.running, runningSchema)
  if (!running) return
  const facts = await readState(files.facts, instanceFactsSchema)
  const graceMs = facts?.bridged ? Math.max(askedGraceMs, bridgeGraceMs) : askedGraceMs
  const { launcher, server } = running
  if (graceMs > 0 && server.pid !== launcher.pid) {
    await signalGroup(server, 'SIGTERM')
    // What is paused hears it only then.
    await signalGroup(server, 'SIGCONT')
    await gone([server], graceMs)
  }
  if (server.pid !== launcher.pid) await signalGroup(server, 'SIGKILL')
  // The launcher ends by itself, after it has recorded the exit.
  await gone([server, launcher], 5_000)
  await signalGroup(launcher, 'SIGKILL')
}

async function gone(ones: Parameters<typeof isAlive>[0][], timeoutMs: number): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(pollMs)) {
    const alive = await Promise.all(ones.map(isAlive))
    if (!alive.includes(true)) return
  }
}
