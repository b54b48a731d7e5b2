import { rm } from 'node:fs/promises'
import type { Paths } from './paths.ts'
import { stopInstance } from './stop.ts'

export async function removeInstance(paths: Paths, instanceId: string): Promise<void> {
  await stopInstance(paths, instanceId, 0)
  await rm(paths.instance(instanceId).dir, { recursive: true, force: true })
}
