import { type EncryptionKey, open, seal } from '@moorage/access/secret-box'
import type { Deployment, EnvVar, Preview } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { Deps } from './deps.ts'
import { envVarContext } from './env-vars.ts'

type Keyed = { db: Deps['db']; encryptionKey: EncryptionKey }
type Row = Deployment & { preview: Preview | null }

/** Which variables a deployment runs with, without their values. */
export const recordedEnvSchema = z.array(
  z.object({ key: z.string(), scope: z.string(), branch: z.string(), version: z.number() }),
)
export type RecordedEnv = z.infer<typeof recordedEnvSchema>

const valuesSchema = z.record(z.string(), z.string())

/** For `seal`. */
export const deploymentEnvContext = (deploymentId: string) => `deployment-env:${deploymentId}`

/**
 * All values in the clear, for the start of an instance of this deployment. They are settled by its
 * first start and then stay: today's of its scope, over them those of a preview's branch; or, where
 * it keeps its source's, what that one ran with. What somebody else wrote in a fork gets none.
 */
export async function resolveDeploymentEnv(
  deps: Keyed,
  deploymentId: string,
): Promise<Record<string, string>> {
  const row = await deps.db.deployment.findUniqueOrThrow({
    where: { id: deploymentId },
    include: { preview: true },
  })
  if (row.preview?.fork) return {}
  if (row.envSealed !== null) return openEnv(deps, row.id, row.envSealed)
  const settled = row.keepsEnv ? await sourceEnv(deps, row) : await todaysEnv(deps, row)
  const envSealed = seal(
    deps.encryptionKey,
    JSON.stringify(settled.values),
    deploymentEnvContext(row.id),
  )
  const { count } = await deps.db.deployment.updateMany({
    where: { id: row.id, envSealed: null },
    data: { env: settled.recorded, envSealed },
  })
  // Another start was first: its values count.
  return count === 1 ? settled.values : resolveDeploymentEnv(deps, deploymentId)
}

type Settled = { values: Record<string, string>; recorded: RecordedEnv }

async function todaysEnv(deps: Keyed, { serverId, kind, preview }: Row): Promise<Settled> {
  const branches = preview ? ['', preview.ref] : ['']
  const rows = await deps.db.envVar.findMany({
    where: { serverId, scope: kind, branch: { in: branches } },
    // The branch's own come last, over those of every branch.
    orderBy: [{ branch: 'asc' }, { key: 'asc' }],
  })
  const counting = [...new Map(rows.map((row) => [row.key, row])).values()]
  const values = counting.map((row): [string, string] => [row.key, openVar(deps, row)])
  const recorded = counting.map(({ key, scope, branch, version }) => ({
    ...{ key, scope, branch, version },
  }))
  return { values: Object.fromEntries(values), recorded }
}

async function sourceEnv(deps: Keyed, { serverId, sourceId }: Row): Promise<Settled> {
  const source = await deps.db.deployment.findFirst({ where: { id: sourceId ?? '', serverId } })
  if (!source?.envSealed)
    throw new AppError('start_failed', 'The variables of that deployment are not kept any more.', {
      hint: 'Roll back with the variables of today.',
    })
  const recorded = recordedEnvSchema.safeParse(source.env).data ?? []
  return { values: openEnv(deps, source.id, source.envSealed), recorded }
}

function openVar({ encryptionKey }: Keyed, { serverId, key, value }: EnvVar): string {
  return open(encryptionKey, value, envVarContext(serverId, key))
}

function openEnv({ encryptionKey }: Keyed, id: string, sealed: string): Record<string, string> {
  return valuesSchema.parse(JSON.parse(open(encryptionKey, sealed, deploymentEnvContext(id))))
}
