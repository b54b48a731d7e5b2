import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Paths } from './paths.ts'

/** A team's caches are one directory, and go as one where no build has touched it for so long. */
export async function pruneCaches(paths: Paths, keep: { maxAgeMs: number }): Promise<void> {
  for (const name of await readdir(paths.caches).catch(() => [])) {
    const dir = join(paths.caches, name)
    const { mtimeMs } = await stat(dir)
    if (Date.now() - mtimeMs > keep.maxAgeMs) await rm(dir, { recursive: true, force: true })
  }
}
