import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { writePrivately } from './state.ts'

const readySchema = z.object({
  dashboardUrl: z.string(),
  routerUrl: z.string(),
  gitUrl: z.string(),
  adminApiKey: z.string(),
  servers: z.array(z.object({ slug: z.string(), url: z.string(), key: z.string() })),
})

/** What scripts outside of this repository read: the names stay. */
export type Ready = z.infer<typeof readySchema>

export const readyFile = (dataDir: string) => join(dataDir, 'ready.json')

export function writeReady(dataDir: string, ready: Ready): void {
  writePrivately(readyFile(dataDir), ready)
}

/** It is there exactly while the platform is ready. */
export function removeReady(dataDir: string): void {
  rmSync(readyFile(dataDir), { force: true })
}

export function readReady(dataDir: string): Ready | null {
  const file = readyFile(dataDir)
  return existsSync(file) ? readySchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : null
}
