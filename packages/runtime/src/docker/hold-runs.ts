import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildLimits } from '../driver.ts'

const root = '/sys/fs/cgroup'
/** Below the engine's own cgroup, one a RUN, where the engine makes cgroups itself (cgroupfs). */
const runs = 'docker/buildkit'
/** Of all RUNs at one time: the bound of a fork bomb in its first moments. */
const maxPidsOfAll = 8192
const maxPidsOfOne = 4096
const pollMs = 150

type File = { controller: string; name: string; value: string }

/**
 * Older engines hold a build's RUN to no limits at all, so each one's cgroup is given them here as
 * soon as it appears. Returns the function that ends it. Where the cgroups cannot be written (no
 * root, another machine, an engine that uses systemd) nothing is held: see `canHoldRuns`.
 */
export function holdRuns(limits: BuildLimits): () => void {
  if (!canHoldRuns()) return () => {}
  const held = new Set<string>()
  const look = () => void holdNew(limits, held).catch(() => undefined)
  const timer = setInterval(look, pollMs)
  void write(runs, [pidsOf(maxPidsOfAll)]).catch(() => undefined)
  look()
  return () => clearInterval(timer)
}

export function canHoldRuns(): boolean {
  return process.getuid?.() === 0 && existsSync(join(controllerRoot('memory'), 'docker'))
}

async function holdNew(limits: BuildLimits, held: Set<string>): Promise<void> {
  const entries = await readdir(join(controllerRoot('memory'), runs), { withFileTypes: true })
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if (held.has(name)) continue
    held.add(name)
    try {
      await write(join(runs, name), [pidsOf(maxPidsOfOne), ...filesOf(limits)])
    } catch {
      await endIfOver(join(runs, name), limits.memoryBytes)
    }
  }
}

/** A limit below what is in use already is refused: then it is too late for anything else. */
async function endIfOver(cgroup: string, memoryBytes: number): Promise<void> {
  const dir = join(controllerRoot('memory'), cgroup)
  const usage = isV2() ? 'memory.current' : 'memory.usage_in_bytes'
  const used = Number(await readFile(join(dir, usage), 'utf8').catch(() => '0'))
  if (used < memoryBytes) return
  const pids = (await readFile(join(dir, 'cgroup.procs'), 'utf8')).trim().split('\n')
  for (const pid of pids.map(Number)) if (pid > 1) process.kill(pid, 'SIGKILL')
}

function filesOf({ memoryBytes, cpus }: BuildLimits): File[] {
  const memory = String(memoryBytes)
  const quota = String(Math.round(cpus * 100_000))
  if (isV2())
    return [
      { controller: 'memory', name: 'memory.swap.max', value: '0' },
      { controller: 'memory', name: 'memory.max', value: memory },
      { controller: 'cpu', name: 'cpu.max', value: `${quota} 100000` },
    ]
  return [
    { controller: 'cpu', name: 'cpu.cfs_quota_us', value: quota },
    { controller: 'memory', name: 'memory.limit_in_bytes', value: memory },
    { controller: 'memory', name: 'memory.memsw.limit_in_bytes', value: memory },
  ]
}

function pidsOf(max: number): File {
  return { controller: 'pids', name: 'pids.max', value: String(max) }
}

async function write(cgroup: string, files: File[]): Promise<void> {
  for (const { controller, name, value } of files) {
    const file = join(controllerRoot(controller), cgroup, name)
    if (existsSync(file)) await writeFile(file, value)
  }
}

function controllerRoot(controller: string): string {
  return isV2() ? root : join(root, controller)
}

function isV2(): boolean {
  return existsSync(join(root, 'cgroup.controllers'))
}
