import { open, seal } from '@moorage/access/secret-box'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Deps } from './deps.ts'

const maxSecrets = 50
const maxValueBytes = 64 * 1024
/** What steers the programs of a build's step themselves. */
const reserved = new Set(['PATH', 'HOME', 'TMPDIR', 'LD_PRELOAD', 'LD_LIBRARY_PATH'])

/** For `seal`: a value opens as this secret of this server and as no other. */
export const buildSecretContext = (serverId: string, name: string) =>
  `build-secret:${serverId}:${name}`

/** Sets or replaces; counts from the next build on. It is never read again but by a build. */
export async function setBuildSecret(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { serverId: string; name: string; value: string },
): Promise<void> {
  const { serverId, name } = input
  if (!/^[A-Z_][A-Z0-9_]{0,63}$/.test(name) || reserved.has(name))
    throw new AppError('bad_input', 'A build secret has a name like NPM_TOKEN.', {
      hint: 'Capital letters, digits and underscores; PATH, HOME and the like are not to be had.',
    })
  if (!input.value || Buffer.byteLength(input.value) > maxValueBytes || input.value.includes('\0'))
    throw new AppError('bad_input', 'A build secret is text of 64 KiB at most, and not empty.')
  const others = { serverId, name: { not: name } }
  if ((await deps.db.buildSecret.count({ where: others })) >= maxSecrets)
    throw new AppError('bad_input', `A server has ${maxSecrets} build secrets at most.`)
  const value = seal(deps.encryptionKey, input.value, buildSecretContext(serverId, name))
  await deps.db.buildSecret.upsert({
    where: { serverId_name: { serverId, name } },
    create: { id: newId('bsec'), serverId, name, value },
    update: { value },
  })
}

/** Throws `not_found` where it is not set. */
export async function unsetBuildSecret(
  deps: Pick<Deps, 'db'>,
  input: { serverId: string; name: string },
): Promise<void> {
  const { count } = await deps.db.buildSecret.deleteMany({ where: input })
  if (count === 0) throw new AppError('not_found', `${input.name} is not set.`)
}

/** By name, without the values. */
export async function listBuildSecrets(
  deps: Pick<Deps, 'db'>,
  input: { serverId: string },
): Promise<{ name: string; updatedAt: Date }[]> {
  return deps.db.buildSecret.findMany({
    where: input,
    select: { name: true, updatedAt: true },
    orderBy: { name: 'asc' },
  })
}

/**
 * In the clear, for one build: those that its plan names, or all where it names none; what comes
 * from a fork gets none. Throws `build_failed` where one that it names is not there.
 */
export async function resolveBuildSecrets(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { serverId: string; previewId: string | null; wanted: string[] | undefined },
): Promise<Record<string, string>> {
  const { serverId, previewId, wanted } = input
  const isForks = await comesFromFork(deps, previewId)
  const rows = isForks ? [] : await deps.db.buildSecret.findMany({ where: { serverId } })
  const missing = wanted?.filter((name) => !rows.some((row) => row.name === name)) ?? []
  if (missing.length > 0)
    throw new AppError(
      'build_failed',
      `The build needs secrets that are not set: ${missing.join(', ')}.`,
      {
        hint: isForks
          ? 'What comes from a fork gets no secret. Its code can be built once it is merged.'
          : `Set them under Settings, or: moorage build-secrets set ${missing[0]}`,
      },
    )
  return Object.fromEntries(
    rows
      .filter((row) => wanted?.includes(row.name) ?? true)
      .map((row) => [
        row.name,
        open(deps.encryptionKey, row.value, buildSecretContext(serverId, row.name)),
      ]),
  )
}

/** Whether a deployment of this preview, or of production, runs somebody else's code. */
export async function comesFromFork(
  { db }: Pick<Deps, 'db'>,
  previewId: string | null,
): Promise<boolean> {
  if (previewId === null) return false
  return (await db.preview.count({ where: { id: previewId, fork: null } })) === 0
}
