import { readdir } from 'node:fs/promises'
import type { InstanceStatus } from '../driver.ts'
import { isAlive, isPaused } from './live-process.ts'
import type { Paths } from './paths.ts'
import { exitSchema, instanceFactsSchema, readState, runningSchema } from './state-file.ts'

/** Null where there is no such instance, or only the beginnings of one. */
export async function inspectInstance(
  paths: Paths,
  instanceId: string,
): Promise<InstanceStatus | null> {
  const files = paths.instance(instanceId)
  const facts = await readState(files.facts, instanceFactsSchema)
  const running = await readState(files.running, runningSchema)
  if (!facts || !running) return null
  // In this order: a launcher that is gone has recorded the exit before it went.
  const alive = await isAlive(running.launcher)
  const exit = await readState(files.exit, exitSchema)
  const runs = alive && !exit
  return {
    instanceId,
    serverId: facts.serverId,
    deploymentId: facts.deploymentId,
    state: !runs ? 'exited' : (await isPaused(running.server)) ? 'paused' : 'running',
    address: runs ? { host: '127.0.0.1', port: facts.port } : null,
    exitCode: exit?.exitCode ?? null,
    outOfMemory: false,
    startedAt: facts.startedAt,
  }
}

export async function listInstances(
  paths: Paths,
  filter: { serverId?: string },
): Promise<InstanceStatus[]> {
  const names = await readdir(paths.instances).catch(() => [])
  const statuses = await Promise.all(names.map((name) => inspectInstance(paths, name)))
  return statuses
    .filter((status) => status !== null)
    .filter(({ serverId }) => filter.serverId === undefined || serverId === filter.serverId)
}
