import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const pollMs = 200

/**
 * git takes whatever a server sends, so what has come of a pack is looked at while it comes. The signal
 * aborts past `maxBytes`: a pack of one commit is no larger than its files, but for what names them.
 */
export function watchPack(dir: string, maxBytes: number): { signal: AbortSignal; stop(): void } {
  const packs = join(dir, '.git', 'objects', 'pack')
  const over = new AbortController()
  const timer = setInterval(async () => {
    if ((await bytesIn(packs)) > 1.1 * maxBytes + 1e7) over.abort()
  }, pollMs)
  return { signal: over.signal, stop: () => clearInterval(timer) }
}

async function bytesIn(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => [])
  const sizes = names.map((name) => stat(join(dir, name)).catch(() => ({ size: 0 })))
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0)
}
