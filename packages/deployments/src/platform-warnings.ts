import { z } from 'zod'
import type { Deps } from './deps.ts'

const setting = 'isolation'
const schema = z.object({ missing: z.array(z.string()) })

/** What of the isolation of builds and servers is not in force; for operators. */
export async function platformWarnings(deps: Pick<Deps, 'db'>): Promise<string[]> {
  const row = await deps.db.setting.findUnique({ where: { key: setting } })
  return schema.safeParse(row?.value).data?.missing ?? []
}

/** True where it is news. */
export async function setPlatformWarnings(
  deps: Pick<Deps, 'db'>,
  missing: string[],
): Promise<boolean> {
  const before = await platformWarnings(deps)
  if (JSON.stringify(before) === JSON.stringify(missing)) return false
  const row = { key: setting, value: { missing } }
  await deps.db.setting.upsert({ where: { key: setting }, create: row, update: row })
  return true
}
