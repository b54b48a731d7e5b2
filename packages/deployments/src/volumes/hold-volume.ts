import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { notFound } from '@moorage/access/principal'
import type { Volume } from '@moorage/db/client'
import type { Deps } from '../deps.ts'

/** Whoever dies while they hold a volume lets go of it after so long. */
const leaseMs = 15_000

/**
 * Does something that nobody else may meddle with: a backup, a restore, putting a new version in the
 * place of the old one. While it is held no instance with the volume is woken or started again.
 * Waits until it is free, and gives the volume as it is then, as another builder may have done the
 * same. Throws what the signal aborts with, or `not_found`.
 */
export async function holdVolume<T>(
  deps: Pick<Deps, 'db'>,
  volumeId: string,
  signal: AbortSignal,
  work: (now: Volume) => Promise<T>,
): Promise<T> {
  const holder = randomUUID()
  while (!(await take(deps, volumeId, holder))) await sleep(200, undefined, { signal })
  const mine = { id: volumeId, holder }
  const renewing = setInterval(() => {
    // One that fails leaves two more chances before the lease is over.
    deps.db.volume.updateMany({ where: mine, data: { heldUntil: leaseEnd() } }).catch(() => {})
  }, leaseMs / 3)
  try {
    return await work(await deps.db.volume.findUniqueOrThrow({ where: { id: volumeId } }))
  } finally {
    clearInterval(renewing)
    await deps.db.volume.updateMany({ where: mine, data: { holder: null, heldUntil: null } })
  }
}

/** Whether somebody works on the server's volume, so that no instance may be started for it. */
export async function isVolumeHeld(deps: Pick<Deps, 'db'>, serverId: string): Promise<boolean> {
  return (await deps.db.volume.count({ where: { serverId, heldUntil: { gt: new Date() } } })) > 0
}

async function take(deps: Pick<Deps, 'db'>, id: string, holder: string): Promise<boolean> {
  const { count } = await deps.db.volume.updateMany({
    where: { id, OR: [{ heldUntil: null }, { heldUntil: { lt: new Date() } }] },
    data: { holder, heldUntil: leaseEnd() },
  })
  if (count === 0 && (await deps.db.volume.count({ where: { id } })) === 0) throw notFound('volume')
  return count === 1
}

const leaseEnd = () => new Date(Date.now() + leaseMs)
