import { type EncryptionKey, open, seal } from '@moorage/access/secret-box'
import type { EnvScope } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Deps } from './deps.ts'

const reserved = new Set([
  'PORT',
  'HOST',
  'PATH',
  'HOME',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  'NODE_OPTIONS',
])
const maxVars = 200
const maxValueBytes = 64 * 1024

const context = (serverId: string, key: string) => `env:${serverId}:${key}`

/** Sets or replaces; counts from the next deployment or restart on. */
export async function setEnvVar(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { serverId: string; key: string; value: string; scope: EnvScope; writeOnly: boolean },
): Promise<void> {
  const { serverId, key, scope, writeOnly } = input
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(key))
    throw new AppError('bad_input', 'A variable is named by letters, digits and underscores.')
  if (reserved.has(key)) throw new AppError('bad_input', `${key} is set by the platform.`)
  if (Buffer.byteLength(input.value) > maxValueBytes || input.value.includes('\0'))
    throw new AppError('bad_input', 'A value is text of 64 KiB at most.')
  const value = seal(deps.encryptionKey, input.value, context(serverId, key))
  if ((await deps.db.envVar.count({ where: { serverId } })) >= maxVars)
    throw new AppError('bad_input', `A server has ${maxVars} variables at most.`)
  await deps.db.envVar.upsert({
    where: { serverId_key_scope: { serverId, key, scope } },
    create: { id: newId('env'), serverId, key, value, scope, writeOnly },
    update: { value, writeOnly },
  })
}

export async function unsetEnvVar(
  deps: Pick<Deps, 'db'>,
  input: { serverId: string; key: string; scope: EnvScope },
): Promise<void> {
  const { count } = await deps.db.envVar.deleteMany({ where: input })
  if (count === 0) throw new AppError('not_found', `${input.key} is not set.`)
}

export type EnvVarEntry = {
  key: string
  scope: EnvScope
  writeOnly: boolean
  /** Null where it is write-only: such a value never leaves the platform again. */
  value: string | null
  updatedAt: Date
}

export async function listEnvVars(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { serverId: string },
): Promise<EnvVarEntry[]> {
  const rows = await deps.db.envVar.findMany({
    where: input,
    orderBy: [{ key: 'asc' }, { scope: 'asc' }],
  })
  return rows.map((row) => ({
    key: row.key,
    scope: row.scope,
    writeOnly: row.writeOnly,
    value: row.writeOnly
      ? null
      : open(deps.encryptionKey, row.value, context(row.serverId, row.key)),
    updatedAt: row.updatedAt,
  }))
}

/**
 * All values in the clear, for the start of an instance of this deployment: production's or the
 * previews'. What somebody else wrote in a fork gets none.
 */
export async function resolveDeploymentEnv(
  deps: { db: Deps['db']; encryptionKey: EncryptionKey },
  deploymentId: string,
): Promise<Record<string, string>> {
  const { serverId, kind, preview } = await deps.db.deployment.findUniqueOrThrow({
    where: { id: deploymentId },
    include: { preview: true },
  })
  return preview?.fork ? {} : resolveEnv(deps, { serverId, scope: kind })
}

/** All values of a scope in the clear. */
export async function resolveEnv(
  deps: { db: Deps['db']; encryptionKey: EncryptionKey },
  input: { serverId: string; scope: EnvScope },
): Promise<Record<string, string>> {
  const rows = await deps.db.envVar.findMany({ where: input })
  return Object.fromEntries(
    rows.map((row) => [
      row.key,
      open(deps.encryptionKey, row.value, context(row.serverId, row.key)),
    ]),
  )
}
