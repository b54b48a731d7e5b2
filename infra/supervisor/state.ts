import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const stateSchema = z.object({
  platformId: z.string(),
  /** 32 bytes in base64. Without it no stored environment variable can be read again. */
  encryptionKey: z.string(),
  authSecret: z.string(),
  postgresPassword: z.string(),
  adminApiKey: z.string().optional(),
  /** The example is put up once; whoever removes it wants it gone. */
  exampleIsDone: z.boolean().default(false),
  servers: z.array(z.object({ slug: z.string(), key: z.string() })).default([]),
})
export type State = z.infer<typeof stateSchema>

const fileIn = (dataDir: string) => join(dataDir, 'secrets.json')

/** What this installation keeps for itself, made on the first start. Nobody else may read it. */
export function loadState(dataDir: string): State {
  const file = fileIn(dataDir)
  if (existsSync(file)) return stateSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const made: State = {
    platformId: randomBytes(6).toString('hex'),
    encryptionKey: randomBytes(32).toString('base64'),
    authSecret: randomBytes(32).toString('base64url'),
    postgresPassword: randomBytes(24).toString('base64url'),
    exampleIsDone: false,
    servers: [],
  }
  saveState(dataDir, made)
  return made
}

export function saveState(dataDir: string, state: State): void {
  writePrivately(fileIn(dataDir), state)
}

/** Whole or not at all, and readable by its owner alone from the first byte on. */
export function writePrivately(file: string, content: unknown): void {
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, file)
}
