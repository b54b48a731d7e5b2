import { createDeployWorker, type DeployWorker } from '@moorage/bus/jobs'
import { newId } from '@moorage/domain/id'
import { createLogWriter } from '@moorage/logs/append'
import { type Claim, claimDeployment } from '../claim-deployment.ts'
import type { Deps } from '../deps.ts'
import { failDeployment, finishCanceled } from '../finish-deployment.ts'
import { beginStep, endStep } from '../record-step.ts'
import { switchRoute } from '../switch-route.ts'

/**
 * Takes jobs and writes what the real pipeline writes, without a build: a commit whose subject
 * holds "broken" fails in its build, one that holds "slow" takes its time, and with one that holds
 * "killed" the builder is gone in the middle of its first attempt.
 */
export function startPipeline(deps: Deps & { databaseUrl: string }): DeployWorker {
  return createDeployWorker({
    databaseUrl: deps.databaseUrl,
    concurrency: 2,
    onError: () => {},
    handle: async (deploymentId) => {
      const claimed = await claimDeployment(deps, deploymentId)
      if ('claim' in claimed)
        await deploy(deps, claimed.claim).catch(() => cancel(deps, deploymentId))
      return 'retryInMs' in claimed ? claimed : 'done'
    },
  })
}

async function deploy(deps: Deps, claim: Claim): Promise<void> {
  const { deployment, server } = claim
  const ids = { serverId: server.id, deploymentId: deployment.id }
  const log = createLogWriter(deps, { ...ids, instanceId: null })
  const subject = deployment.commitMessage ?? ''
  await beginStep(deps, claim, 'build')
  log.write('build', `building ${subject}`)
  log.write('build', '\u001b[31mred\u001b[0m and \u001b]0;title\u0007 gone')
  await log.flush()
  if (subject.includes('killed') && claim.attempt === 1) return
  if (subject.includes('slow')) await new Promise((done) => setTimeout(done, 1_500))
  if (subject.includes('broken')) {
    await failDeployment(deps, claim, {
      step: 'build',
      code: 'build_failed',
      message: 'pip could not install what is asked for.',
      hint: 'Is the name in requirements.txt right?',
      lastLines: ['ERROR: no such package'],
      exitCode: 1,
    })
    return
  }
  await endStep(deps, claim, 'build')
  await beginStep(deps, claim, 'handshake')
  await endStep(deps, claim, 'handshake', { handshake })
  await beginStep(deps, claim, 'switch')
  const instanceId = newId('ins')
  await deps.db.instance.create({ data: { id: instanceId, ...ids, runtime: 'process' } })
  await switchRoute(deps, claim, instanceId)
  await beginStep(deps, claim, 'drain')
  await endStep(deps, claim, 'drain')
}

/** As the builder does where its writes are refused: a person, or a newer push, ended it. */
async function cancel(deps: Deps, id: string): Promise<void> {
  await finishCanceled(deps, await deps.db.deployment.findUniqueOrThrow({ where: { id } }))
}

const tool = { title: null, description: null, inputSchema: {} }
const handshake = {
  protocolVersion: '2025-11-25',
  eras: ['legacy'],
  transport: 'streamable-http',
  serverInfo: { name: 'Weather', version: '1.0.0', title: null },
  instructions: null,
  tools: [
    { name: 'forecast', ...tool },
    { name: 'alerts', ...tool },
  ],
  resources: [],
  prompts: [],
}
