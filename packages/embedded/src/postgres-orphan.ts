import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Ends the Postgres that a killed earlier run left on this data directory. Only a process that was
 * itself started on this very directory is touched; a pid file that names any other is stale.
 */
export async function endOrphan(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid')
  if (!existsSync(pidFile)) return
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  if (!Number.isInteger(pid) || pid <= 1 || !servesFrom(pid, dataDir)) {
    rmSync(pidFile, { force: true })
    return
  }
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']
  for (const signal of signals) {
    process.kill(pid, signal)
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 50) {
      if (!servesFrom(pid, dataDir)) return
      await sleep(50)
    }
  }
  throw new Error(`Postgres (process ${pid}) still holds ${dataDir} and does not end`)
}

function servesFrom(pid: number, dataDir: string): boolean {
  const args = commandLine(pid)
  const at = args.indexOf('-D')
  return /(^|\/)postgres$/.test(args[0] ?? '') && at > 0 && args[at + 1] === dataDir
}

function commandLine(pid: number): string[] {
  if (process.platform === 'linux') {
    const file = `/proc/${pid}/cmdline`
    try {
      return readFileSync(file, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  try {
    const said = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    const [, file = '', dir = ''] = /^(.*\/postgres) -D (.*) -p \d+ -c /.exec(said) ?? []
    return [file, '-D', dir]
  } catch {
    return []
  }
}
