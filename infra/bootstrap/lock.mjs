import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { processIdentity } from './process-identity.mjs'

/**
 * Takes the lock file, or says who holds it. A lock whose holder is dead is taken over.
 * @param {string} file
 * @returns {Promise<{ held: true, release: () => void } | { held: false, holderPid: number }>}
 */
export async function tryLock(file) {
  mkdirSync(dirname(file), { recursive: true })
  const mine = processIdentity(pid) ?? `${pid}:unknown`
  for (;;) {
    if (await create(file, mine)) return { held: true, release: () => release(file, mine) }
    const holder = read(file)
    if (holder === null) continue
    if (isAlive(holder)) return { held: false, holderPid: pidOf(holder) }
    clearStale(file, holder)
  }
}

/**
 * Waits for the lock. `onWait` hears once who is in the way.
 * @param {string} file
 * @param {(holderPid: number) => void} onWait
 * @returns {Promise<() => void>} the release
 */
export async function lock(file, onWait) {
  for (let first = true; ; first = false) {
    const attempt = await tryLock(file)
    if (attempt.held) return attempt.release
    if (first) onWait(attempt.holderPid)
    await sleep(100)
  }
}

/** @param {string} file @param {string} mine */
async function create(file, mine) {
  // Written whole under another name and linked into place, so that nobody reads half a lock.
  const draft = `${file}.${pid}`
  writeFileSync(draft, mine)
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
    return false
  } finally {
    rmSync(draft, { force: true })
  }
  // Someone who was clearing a stale lock may have moved ours away for a moment; then theirs counts.
  await sleep(10)
  return read(file) === mine
}

/** @param {string} file @param {string} stale */
function clearStale(file, stale) {
  const aside = `${file}.stale.${pid}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return
    throw error
  }
  try {
    // Between the look and the rename another may have cleared it and locked: give theirs back.
    if (read(aside) !== stale) linkSync(aside, file)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/** @param {string} file @param {string} mine */
function release(file, mine) {
  if (read(file) === mine) rmSync(file, { force: true })
}

/** @param {string} file @returns {string | null} */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** @param {string} holder */
function isAlive(holder) {
  return processIdentity(pidOf(holder)) === holder
}

/** @param {string} holder */
function pidOf(holder) {
  return Number(holder.split(':')[0])
}

/** @param {unknown} error @param {string} code */
function isCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code
}
