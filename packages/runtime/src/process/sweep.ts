import { readdir, rm } from 'node:fs/promises'
import { inspectInstance } from './instance-status.ts'
import { signalGroup } from './live-process.ts'
import type { Paths } from './paths.ts'
import { removeInstance } from './remove.ts'
import { imageFactsSchema, readState, runningSchema } from './state-file.ts'

/**
 * What a builder that was killed leaves here: directories of builds that did not end (their
 * processes ended with the builder), instances that never ran, and servers without a launcher.
 */
export async function sweepFiles(
  paths: Paths,
  /** Deployments and instances that this builder is at work on. */
  busy: ReadonlySet<string>,
): Promise<void> {
  for (const name of await namesIn(paths.images)) {
    if (busy.has(name)) continue
    const image = paths.image(name)
    if (!(await readState(image.facts, imageFactsSchema)))
      await rm(image.dir, { recursive: true, force: true })
  }
  for (const name of await namesIn(paths.instances)) {
    if (busy.has(name)) continue
    const status = await inspectInstance(paths, name)
    if (!status) await removeInstance(paths, name)
    else if (status.state === 'exited') await endOrphan(paths, name)
  }
}

async function endOrphan(paths: Paths, instanceId: string): Promise<void> {
  const running = await readState(paths.instance(instanceId).running, runningSchema)
  if (running) await signalGroup(running.server, 'SIGKILL')
}

async function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => [])
}
