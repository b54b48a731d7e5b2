import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { requeueUnfinished } from '@moorage/deployments/unfinished-deployments'
import type { Builder } from './context.ts'
import type { Running } from './deploy.ts'
import { tidyUp } from './tidy-up.ts'

/** Finds what a crash, a lost event or a lost job left behind, and sets it going again or removes it. */
export async function sweep(builder: Builder, running: Running): Promise<void> {
  const { deps, env } = builder
  const unfinished = new Set(await requeueUnfinished(deps))
  const stopped = await deps.db.deployment.findMany({
    where: {
      id: { in: [...running.keys()] },
      OR: [{ cancelRequestedAt: { not: null } }, { status: { in: ['canceled', 'superseded'] } }],
    },
    select: { id: true },
  })
  for (const { id } of stopped) running.get(id)?.abort()

  const untidy = await deps.db.deployment.findMany({
    where: {
      id: { notIn: [...running.keys()] },
      status: { in: ['failed', 'canceled', 'superseded'] },
      imageId: { not: null },
    },
    select: { id: true },
  })
  for (const { id } of untidy) await tidyUp(builder, id)

  const workDir = join(env.MOORAGE_DATA_DIR, 'work')
  for (const name of await readdir(workDir).catch(() => []))
    if (!unfinished.has(name) && !running.has(name))
      await rm(join(workDir, name), { recursive: true, force: true })
}
