import { open, seal } from '@moorage/access/secret-box'
import type { EnvScope } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Deps } from './deps.ts'
import { checkRef } from './repo-url.ts'

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

/** For `seal`. */
export const envVarContext = (serverId: string, key: string) => `env:${serverId}:${key}`

export type EnvVarName = {
  serverId: string
  key: string
  scope: EnvScope
  branch?: string | undefined
}

/** Sets or replaces; counts from the next deployment or restart on. */
export async function setEnvVar(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: EnvVarName & { value: string; writeOnly: boolean },
): Promise<void> {
  const { serverId, key, scope, writeOnly } = input
  const branch = branchOf(input)
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(key))
    throw new AppError('bad_input', 'A variable is named by letters, digits and underscores.')
  if (reserved.has(key)) throw new AppError('bad_input', `${key} is set by the platform.`)
  if (Buffer.byteLength(input.value) > maxValueBytes || input.value.includes('\0'))
    throw new AppError('bad_input', 'A value is text of 64 KiB at most.')
  const value = seal(deps.encryptionKey, input.value, envVarContext(serverId, key))
  const others = { serverId, NOT: { key, scope, branch } }
  if ((await deps.db.envVar.count({ where: others })) >= maxVars)
    throw new AppError('bad_input', `A server has ${maxVars} variables at most.`)
  await deps.db.envVar.upsert({
    where: { serverId_key_scope_branch: { serverId, key, scope, branch } },
    create: { id: newId('env'), serverId, key, value, scope, branch, writeOnly },
    update: { value, writeOnly, version: { increment: 1 } },
  })
}

/** Counts from the next deployment or restart on. Throws `not_found` where it is not set. */
export async function unsetEnvVar(deps: Pick<Deps, 'db'>, input: EnvVarName): Promise<void> {
  const { serverId, key, scope } = input
  const where = { serverId, key, scope, branch: branchOf(input) }
  const { count } = await deps.db.envVar.deleteMany({ where })
  if (count === 0) throw new AppError('not_found', `${input.key} is not set.`)
}

function branchOf({ scope, branch = '' }: EnvVarName): string {
  if (branch === '' || scope === 'preview') return branch && checkRef(branch)
  throw new AppError('bad_input', 'Only previews have variables of one branch.', {
    hint: 'Set the scope to preview.',
  })
}

export type EnvVarEntry = {
  key: string
  scope: EnvScope
  /** Of previews of this branch alone; empty: of every branch. */
  branch: string
  version: number
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
    orderBy: [{ key: 'asc' }, { scope: 'asc' }, { branch: 'asc' }],
  })
  return rows.map((row) => ({
    key: row.key,
    scope: row.scope,
    branch: row.branch,
    version: row.version,
    writeOnly: row.writeOnly,
    value: row.writeOnly
      ? null
      : open(deps.encryptionKey, row.value, envVarContext(row.serverId, row.key)),
    updatedAt: row.updatedAt,
  }))
}
