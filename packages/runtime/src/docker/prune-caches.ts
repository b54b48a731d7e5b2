import { dial, type Engine, engineError } from './engine.ts'

/** The engine has one cache for all builds, whoever asked for them: what others keep there counts too. */
export async function pruneCaches(
  { docker }: Engine,
  keep: { maxBytes: number; maxAgeMs: number },
): Promise<void> {
  const age = { until: [`${Math.ceil(keep.maxAgeMs / 3_600_000)}h`] }
  try {
    await prune(docker, { all: true, filters: JSON.stringify(age) })
    await prune(docker, { all: true, 'keep-storage': keep.maxBytes })
  } catch (error) {
    throw engineError(error)
  }
}

async function prune(docker: Engine['docker'], options: Record<string, unknown>): Promise<void> {
  const answer = await dial(docker, {
    method: 'POST',
    path: '/build/prune?',
    isStream: true,
    options,
  })
  answer.resume()
  await new Promise((resolve, reject) => answer.on('end', resolve).on('error', reject))
}
