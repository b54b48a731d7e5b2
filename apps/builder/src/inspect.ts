import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findServers } from '@moorage/build-plan/find-servers'
import { readDirectory } from '@moorage/build-plan/read-directory'
import type { JobOutcome } from '@moorage/bus/jobs'
import type { Inspection } from '@moorage/db/client'
import {
  announceInspection,
  finishInspection,
  type InspectionFailure,
  type InspectionResult,
} from '@moorage/deployments/inspection'
import { type AppError, errorTable, toAppError } from '@moorage/domain/error'
import type { Builder } from './context.ts'
import { remoteSource } from './git-source.ts'
import { accountLogin } from './module-login.ts'
import { fetchSource } from './steps/fetch.ts'

const timeoutMs = 120_000

/** Looks what could be deployed from a repository. It runs nothing; done twice it does no harm. */
export async function inspect(builder: Builder, inspectionId: string): Promise<JobOutcome> {
  const { deps, log } = builder
  const row = await deps.db.inspection.findUnique({ where: { id: inspectionId } })
  if (!row || row.finishedAt) return 'done'
  await deps.db.inspection.updateMany({
    where: { id: row.id, status: 'queued' },
    data: { status: 'running' },
  })
  await announceInspection(deps, row)
  const signal = AbortSignal.any([builder.stopping, AbortSignal.timeout(timeoutMs)])
  try {
    await finishInspection(deps, row, { result: await look(builder, row, signal) })
  } catch (thrown) {
    if (builder.stopping.aborted) return { retryInMs: 0 } // The next builder looks again.
    const error = toAppError(thrown)
    if (errorTable[error.code].fault === 'platform')
      log.error({ error, inspectionId }, 'an inspection failed on our side')
    await finishInspection(deps, row, { failure: failureOf(error) })
  }
  return 'done'
}

async function look(
  builder: Builder,
  { id, teamId, repoUrl, branch }: Inspection,
  signal: AbortSignal,
): Promise<InspectionResult> {
  const { env } = builder
  const workDir = join(env.MOORAGE_DATA_DIR, 'work', id)
  try {
    const dir = join(workDir, 'source')
    const fetched = await fetchSource({
      source: await remoteSource(builder, { teamId, repoUrl }),
      moduleLogin: accountLogin(builder, teamId),
      ref: branch,
      commitSha: null,
      dir,
      caFile: env.MOORAGE_BUILD_CA_FILE,
      submoduleHosts: env.MOORAGE_SUBMODULE_HOSTS,
      trustedHosts: env.MOORAGE_TRUSTED_REPO_HOSTS,
      maxBytes: env.MOORAGE_MAX_SOURCE_MB * 1e6,
      onLog: () => {},
      signal,
    })
    const servers = findServers(await readDirectory(dir)).map((found) =>
      found.plan
        ? { rootDir: found.rootDir, plan: found.plan }
        : { rootDir: found.rootDir, failure: failureOf(found.failure) },
    )
    return { commitSha: fetched.commitSha, branch: fetched.ref, servers }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

function failureOf({ userMessage, hint }: AppError): InspectionFailure {
  return { message: userMessage, hint }
}
