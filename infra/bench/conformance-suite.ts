import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

/** One look of the public conformance suite at a server. */
export type Run = { suite: 'stable' | 'alpha'; revision: string | null }

/** Each suite at every revision that it knows; null: also what is on no revision's timeline. */
export const runs: readonly Run[] = [
  ...['2025-06-18', '2025-11-25'].map((revision) => ({ suite: 'stable' as const, revision })),
  ...['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', null].map((revision) => ({
    suite: 'alpha' as const,
    revision,
  })),
]

const mains = {
  stable: import.meta.resolve('conformance-stable/dist/index.js'),
  alpha: import.meta.resolve('conformance-alpha/dist/index.js'),
}

const statuses = ['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED', 'INFO'] as const
const checksSchema = z.array(
  z.object({ id: z.string(), status: z.enum(statuses), errorMessage: z.string().optional() }),
)
export type Check = z.infer<typeof checksSchema>[number] & { scenario: string }

/** Every check of every scenario, with what it found. */
export async function runSuite({ suite, revision }: Run, url: string): Promise<Check[]> {
  const main = fileURLToPath(mains[suite])
  const dir = await mkdtemp(join(tmpdir(), 'moorage-conformance-'))
  const version = revision === null ? [] : ['--spec-version', revision]
  try {
    const said = await run([main, 'server', '--url', url, '--suite', 'all', ...version, '-o', dir])
    const checks = await Promise.all((await readdir(dir)).map((name) => readChecks(dir, name)))
    if (checks.length === 0) throw new Error(`The suite looked at nothing:\n${said}`)
    return checks.flat()
  } finally {
    await rm(dir, { recursive: true })
  }
}

/** It ends with 1 where a check fails: that is a result like any other. */
function run(args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { timeout: 180_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error && error.code !== 1) reject(error)
        else resolve(stdout + stderr)
      },
    )
  })
}

/** A directory a scenario: `server-<scenario>-<time>`. */
async function readChecks(dir: string, name: string): Promise<Check[]> {
  const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\w-]+$/, '')
  const file = await readFile(join(dir, name, 'checks.json'), 'utf8')
  return checksSchema.parse(JSON.parse(file)).map((check) => ({ ...check, scenario }))
}
