import { json } from 'node:stream/consumers'
import { z } from 'zod'
import { dial, type Engine, engineError } from './engine.ts'

const maxPasses = 20

/** The engine has one cache for all builds, whoever asked for them: what others keep there counts too. */
export async function pruneCaches(
  { docker }: Engine,
  keep: { maxBytes: number; maxAgeMs: number },
): Promise<void> {
  const age = { until: [`${Math.ceil(keep.maxAgeMs / 3_600_000)}h`] }
  try {
    await prune(docker, { all: true, filters: JSON.stringify(age) })
    // It counts as freed what images still hold, and so stops above the cap; the next pass goes on.
    for (let pass = 0; pass < maxPasses; pass++)
      if ((await prune(docker, { all: true, 'keep-storage': keep.maxBytes })) === 0) break
  } catch (error) {
    throw engineError(error)
  }
}

const prunedSchema = z.object({ CachesDeleted: z.array(z.string()).nullish() })

/** How many entries went. */
async function prune(docker: Engine['docker'], options: Record<string, unknown>): Promise<number> {
  const answer = await dial(docker, {
    method: 'POST',
    path: '/build/prune?',
    isStream: true,
    options,
  })
  return prunedSchema.parse(await json(answer)).CachesDeleted?.length ?? 0
}
