import type { DeploymentView } from '@moorage/deployments/views'
import { isActive } from '@moorage/domain/deployment'
import type { LogEntry } from '@moorage/logs/query'
import type { Push } from './after-push.ts'
import type { App } from './app.ts'
import { describeEnd } from './describe-end.ts'
import { followDeployment } from './follow-deployment.ts'
import { printable, seconds } from './printable.ts'

const quietMs = 5_000
/** A build has a time cap of its own; a queue that no builder serves has not. */
const maxWaitMs = 45 * 60_000

/**
 * The build log and the steps, live, in the pusher's terminal; at the end the URL or the reason.
 * git's "quiet" capability is no wish of a person: it is sent wherever there is no terminal, as in
 * CI, where the log is needed most.
 */
export async function tellDeployment(app: App, push: Push, deploymentId: string): Promise<void> {
  const { server, say } = push
  const stop = AbortSignal.any([push.gone, app.ending, AbortSignal.timeout(maxWaitMs)])
  const told = { steps: new Set<string>(), lines: new Set<string>(), saidWaiting: false }
  let spokeAt = Date.now()
  let last: DeploymentView | null = null
  for await (const news of followDeployment(app, { serverId: server.id, deploymentId }, stop)) {
    last = news.view
    const text = describe(news.view, news.lines, told)
    if (text === '' && Date.now() - spokeAt < quietMs) continue
    // An empty packet keeps proxies and the client from giving up.
    await say(text)
    spokeAt = Date.now()
  }
  if (push.gone.aborted) return
  if (!last || isActive(last.status)) {
    await say(`\nThe deployment goes on: ${app.urls.dashboardUrl}/servers/${server.slug}\n`)
    return
  }
  await say(await describeEnd(app, server, last, told.lines))
}

type Told = { steps: Set<string>; lines: Set<string>; saidWaiting: boolean }

/** What is new, in the order in which it happened. */
function describe(view: DeploymentView, lines: LogEntry[], told: Told): string {
  const items = lines.map((line) => {
    const text = printable(line.text)
    told.lines.add(text)
    return { at: line.at.getTime(), text: `  | ${text}\n` }
  })
  for (const step of view.steps) {
    if (step.status === 'running' || step.durationMs === null || told.steps.has(step.name)) continue
    told.steps.add(step.name)
    const mark = step.status === 'done' ? '✓' : '✗'
    items.push({
      at: step.startedAt.getTime() + step.durationMs,
      text: `${mark} ${step.name.padEnd(9)} ${seconds(step.durationMs).padStart(7)}${found(view, step.name)}\n`,
    })
  }
  items.sort((a, b) => a.at - b.at)
  return waiting(view, told) + items.map((item) => item.text).join('')
}

function waiting(view: DeploymentView, told: Told): string {
  if (told.saidWaiting || view.status !== 'queued') return ''
  if (Date.now() - view.createdAt.getTime() < 3_000) return ''
  told.saidWaiting = true
  return 'Waiting for a builder …\n'
}

function found(view: DeploymentView, step: string): string {
  if (step === 'plan' && view.plan) return `  ${printable(view.plan.flavor)}`
  if (step === 'handshake' && view.handshake)
    return `  ${printable(view.handshake.serverInfo.name)} ${printable(view.handshake.serverInfo.version)}`
  return ''
}
