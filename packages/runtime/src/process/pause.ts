import { setTimeout as sleep } from 'node:timers/promises'
import { inspectInstance } from './instance-status.ts'
import { signalGroup } from './live-process.ts'
import type { Paths } from './paths.ts'
import { readState, runningSchema } from './state-file.ts'

const stopsWithinMs = 1_000

/**
 * Stops the server's process group, but not the launcher, which listens for its end. Returns when it
 * stands still: each of its threads takes note of the signal by itself.
 */
export async function pauseInstance(paths: Paths, instanceId: string): Promise<void> {
  await signalServer(paths, instanceId, 'SIGSTOP')
  const until = Date.now() + stopsWithinMs
  while ((await inspectInstance(paths, instanceId))?.state === 'running' && Date.now() < until)
    await sleep(2)
}

/** False where it does not run. */
export async function resumeInstance(paths: Paths, instanceId: string): Promise<boolean> {
  await signalServer(paths, instanceId, 'SIGCONT')
  const status = await inspectInstance(paths, instanceId)
  return status !== null && status.state !== 'exited'
}

async function signalServer(
  paths: Paths,
  instanceId: string,
  signal: 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  const running = await readState(paths.instance(instanceId).running, runningSchema)
  // A server that ended at once has the launcher in its place.
  if (running && running.server.pid !== running.launcher.pid)
    await signalGroup(running.server, signal)
}
