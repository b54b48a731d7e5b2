import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
let apt: Promise<unknown> = Promise.resolve()
let updated = false

/** Something that this machine lacks and that we may not install on it. */
export class MissingProgram extends Error {}

/** The program's full path; its packages are installed first where it is missing and we may. */
export async function ensureProgram(
  program: string,
  packages: readonly string[],
  log: (line: string) => void,
): Promise<string> {
  const there = find(program)
  if (there) return there
  if (!canInstall()) {
    throw new MissingProgram(`${program} is missing. Install it: ${packages.join(', ')}.`)
  }
  log(`installing ${packages.join(', ')}`)
  // One at a time: apt holds a lock.
  apt = apt.then(() => install(packages))
  await apt
  const installed = find(program)
  if (!installed) throw new Error(`${packages.join(', ')} was installed without ${program}`)
  return installed
}

export function canInstall(): boolean {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
}

async function install(packages: readonly string[]): Promise<void> {
  // Runlevel 1 keeps the packages from starting services of their own: ours are started on demand.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const options = { env, maxBuffer: 64 * 2 ** 20 }
  if (!updated) await run('apt-get', ['update', '-q'], options)
  updated = true
  const flags = ['install', '-y', '-q', '--no-install-recommends']
  await run('apt-get', [...flags, ...packages], options)
}

function find(program: string): string | null {
  const dirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return dirs.map((dir) => join(dir, program)).find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
