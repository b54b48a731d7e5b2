import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { platform } from 'node:process'

/**
 * A process's pid with its start time, or null when it is gone. A pid alone is soon another's.
 * @param {number} pid
 * @returns {string | null}
 */
export function processIdentity(pid) {
  const startedAt = platform === 'linux' ? fromProc(pid) : fromPs(pid)
  return startedAt === null ? null : `${pid}:${startedAt}`
}

/** @param {number} pid */
function fromProc(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in the second field may hold spaces and brackets; the fields after it cannot.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [state] = fields
    return state === 'Z' || state === 'X' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}

/** @param {number} pid */
function fromPs(pid) {
  try {
    const said = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return String(said).trim().replaceAll(' ', '-') || null
  } catch {
    return null
  }
}
