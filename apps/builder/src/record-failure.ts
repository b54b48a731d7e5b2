import { hintFor } from '@moorage/build-plan/hints'
import type { LogStream } from '@moorage/db/client'
import { failDeployment } from '@moorage/deployments/finish-deployment'
import type { Failure } from '@moorage/domain/deployment'
import { type AppError, errorTable } from '@moorage/domain/error'
import { queryLogs } from '@moorage/logs/query'
import type { Run } from './deploy.ts'

const lastLines = 30

/** Records why, with the last lines of what failed and a hint where the fault is a well-known one. */
export async function recordFailure(run: Run, error: AppError): Promise<void> {
  const { builder, claim, step } = run
  if (errorTable[error.code].fault === 'platform')
    builder.log.error(
      { error, deploymentId: claim.deployment.id, step },
      'deployment failed on our side',
    )
  const lines = await lastWords(run)
  const failure: Failure = {
    step,
    code: error.code,
    message: error.userMessage,
    hint: hintFor(lines, step, error.userMessage) ?? error.hint,
    lastLines: lines,
    exitCode: error.exitCode,
  }
  run.log.write('build', `Failed in ${step}: ${failure.message}`)
  if (failure.hint) run.log.write('build', `Hint: ${failure.hint}`)
  await run.log.flush()
  await failDeployment(builder.deps, claim, failure)
}

/** Of a server that did not come up: what it said itself; else the end of the build log. */
async function lastWords({ builder, claim, step, log }: Run): Promise<string[]> {
  const ownWords = step === 'start' || step === 'handshake' || step === 'switch'
  const deploymentId = claim.deployment.id
  if (ownWords) {
    const instance = await builder.deps.db.instance.findFirst({ where: { deploymentId } })
    if (instance) await builder.collectors.settle(instance.id)
  }
  await log.flush()
  const streams: LogStream[] = ownWords ? ['stdout', 'stderr'] : ['build']
  const filter = { serverId: claim.server.id, deploymentId, streams }
  const entries = await queryLogs(builder.deps, filter, { limit: lastLines })
  return entries.map((entry) => entry.text)
}
