import { statfs } from 'node:fs/promises'
import { AppError } from '@moorage/domain/error'

const pollMs = 1_000
/** Builds stop before the disk is full: a database on it would stop with them. */
const leastFreeBytes = 2 ** 30

/**
 * Watches the disk on which a build writes, from now on. What others write at the same time counts
 * as well, for nobody can tell it apart. Where the directory cannot be seen nothing is watched.
 */
export function watchDisk(dir: string, diskBytes: number) {
  const over = new AbortController()
  let error: AppError | null = null
  const before = freeBytes(dir)
  const timer = setInterval(async () => {
    const [first, now] = [await before, await freeBytes(dir)]
    if (first === null || now === null || error) return
    if (first - now > diskBytes) error = tooMuch(diskBytes)
    else if (now < leastFreeBytes) error = full()
    if (error) over.abort()
  }, pollMs)
  return {
    signal: over.signal,
    error: () => error,
    stop: () => clearInterval(timer),
  }
}

async function freeBytes(dir: string): Promise<number | null> {
  return statfs(dir).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
}

function tooMuch(diskBytes: number): AppError {
  const megabytes = Math.round(diskBytes / 2 ** 20)
  return new AppError('too_large', `The build wrote more than ${megabytes} MB to the disk.`, {
    hint: 'Write less, or have the operator raise MOORAGE_BUILD_DISK_MB.',
  })
}

function full(): AppError {
  return new AppError('unavailable', 'The disk for builds is nearly full.', {
    hint: 'The operator should free some space, or lower what is kept (MOORAGE_KEEP_IMAGES).',
  })
}
