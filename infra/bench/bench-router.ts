import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { measureCallers } from './router/measure-callers.ts'
import { measureSpeed } from './router/measure-speed.ts'
import { measureStreams } from './router/measure-streams.ts'
import { measureTable } from './router/measure-table.ts'

const parts: Record<string, (dir: string) => Promise<unknown>> = {
  speed: measureSpeed,
  callers: measureCallers,
  streams: measureStreams,
  table: measureTable,
}

/**
 * The router against other hops to the same upstream, with one worker on one core; what it
 * costs to know who calls, and what open streams do; and how it bears a large table. `npm run bench -- router streams` runs one part.
 */
export async function bench() {
  const named = process.argv.slice(3).filter((name) => name in parts)
  const dir = mkdtempSync(join(tmpdir(), 'bench-router-'))
  try {
    const results: Record<string, unknown> = {}
    for (const name of named.length > 0 ? named : Object.keys(parts))
      results[name] = await parts[name]?.(dir)
    return results
  } finally {
    rmSync(dir, { recursive: true })
  }
}
