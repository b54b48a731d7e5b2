import type { Volume } from '@moorage/db/client'
import type { Builder } from '../context.ts'
import { note } from '../note.ts'
import { volumeName } from './volume-name.ts'

/** Writes down what volumes hold, and tells the server's log of one that is over its limit. */
export async function measureVolumes({ deps, driver }: Builder): Promise<void> {
  const rows = await deps.db.volume.findMany()
  for (const { name, sizeBytes } of await driver.measureVolumes()) {
    const row = rows.find((one) => volumeName(one) === name)
    if (!row) continue
    const usedBytes = BigInt(sizeBytes)
    await deps.db.volume.updateMany({ where: { id: row.id }, data: { usedBytes } })
    if (isOver(row, usedBytes) && !isOver(row, row.usedBytes)) await tell({ deps }, row)
  }
}

function isOver({ maxBytes }: Volume, usedBytes: bigint | null): boolean {
  return maxBytes !== null && usedBytes !== null && usedBytes > maxBytes
}

async function tell(builder: Pick<Builder, 'deps'>, { serverId }: Volume): Promise<void> {
  if (serverId === null) return
  const instance = await builder.deps.db.instance.findFirst({
    where: { serverId, deployment: { status: 'live', previewId: null } },
  })
  if (instance)
    await note(builder, instance, 'The volume holds more than its limit; nothing is cut off')
}
