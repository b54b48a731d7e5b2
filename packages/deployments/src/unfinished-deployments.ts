import { activeStatuses, queuePriority } from '@moorage/domain/deployment'
import type { Deps } from './deps.ts'

/**
 * Adds a job for every deployment that still has work to do: a queue that lost everything, or a
 * builder that died between row and job, costs only time. Adding one that is there does nothing.
 */
export async function requeueUnfinished(deps: Pick<Deps, 'db' | 'queue'>): Promise<string[]> {
  const rows = await deps.db.deployment.findMany({
    where: {
      OR: [
        { status: { in: [...activeStatuses] } },
        { status: 'live', steps: { none: { name: 'drain', status: 'done' } } },
      ],
    },
    select: { id: true, kind: true },
    orderBy: { createdAt: 'asc' },
  })
  for (const { id, kind } of rows) await deps.queue.add(id, { priority: queuePriority(kind) })
  return rows.map((row) => row.id)
}
