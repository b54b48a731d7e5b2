import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'

export const processSchema = z.object({ pid: z.number().int().positive(), startedAt: z.string() })

export const imageFactsSchema = z.object({ deploymentId: z.string(), sizeBytes: z.number() })
export const instanceFactsSchema = z.object({
  instanceId: z.string(),
  serverId: z.string(),
  deploymentId: z.string(),
  port: z.number().int(),
  bridged: z.boolean().default(false),
  /** The volume that it has. */
  volume: z.string().nullable().default(null),
  startedAt: z.coerce.date(),
})
export const runningSchema = z.object({ launcher: processSchema, server: processSchema })
export const exitSchema = z.object({ exitCode: z.number().int() })

/** Whole or not at all, and readable by this user alone. */
export async function writeState(path: string, state: object): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 })
  await rename(`${path}.new`, path)
}

/** Null where there is no such file. */
export async function readState<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
