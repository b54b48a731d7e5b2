import { setTimeout as sleep } from 'node:timers/promises'
import { type Deployment, isTransient } from './api.ts'
import { stepLine } from './describe-deployment.ts'
import type { Progress } from './progress.ts'
import type { Session } from './session.ts'
import { plain } from './terminal.ts'

const pollMs = 300
const pageSize = 1000
/** So long may the platform be away (it is being updated, say) before we give up. */
const patienceMs = 30_000

/** Shows steps and build log as they come, until the deployment is live or has ended otherwise. */
export async function followDeployment(
  session: Session,
  input: { id: string; slug: string },
  progress: Progress,
): Promise<Deployment> {
  const shown = new Set<string>()
  let after = '0'
  let answeredAt = Date.now()
  for (;;) {
    try {
      // The state first: lines that were written before it changed are then surely among these.
      const deployment = await session.api.deployments.get.query({ id: input.id })
      const lines = await readLines(session, input, after)
      answeredAt = Date.now()
      after = lines.at(-1)?.id ?? after
      const whole = lines.length < pageSize
      const steps = whole ? endedSteps(session, deployment, shown) : []
      const said = lines.map((line) => ({ at: line.at.getTime(), text: `  ${plain(line.text)}` }))
      const inOrder = [...said, ...steps].sort((a, b) => a.at - b.at)
      for (const { text } of inOrder) progress.line(text.trimEnd())
      if (!whole) continue
      progress.state(present(deployment))
      if (!['queued', 'building', 'starting'].includes(deployment.status)) return deployment
    } catch (error) {
      if (!isTransient(error) || Date.now() - answeredAt > patienceMs) throw error
    }
    await sleep(pollMs)
  }
}

function readLines(session: Session, input: { id: string; slug: string }, after: string) {
  return session.api.logs.query.query({
    slug: input.slug,
    deploymentId: input.id,
    streams: ['build', 'system'],
    after,
    limit: pageSize,
  })
}

function endedSteps(session: Session, deployment: Deployment, shown: Set<string>) {
  return deployment.steps.flatMap((step) => {
    if (step.durationMs === null || shown.has(step.name) || step.name === 'drain') return []
    shown.add(step.name)
    const at = step.startedAt.getTime() + step.durationMs
    return [{ at, text: stepLine(session.terminal, deployment, step) }]
  })
}

function present(deployment: Deployment): string {
  const running = deployment.steps.find((step) => step.status === 'running')
  if (running) return running.name
  return deployment.status === 'queued' ? 'Waiting for a builder' : deployment.status
}
