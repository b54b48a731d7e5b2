import { type DeploymentView, deploymentInclude, deploymentView } from '@moorage/deployments/views'
import { isActive } from '@moorage/domain/deployment'
import { createBell } from '@moorage/logs/follow'
import { type LogEntry, queryLogs } from '@moorage/logs/query'
import type { App } from './app.ts'

export type News = { view: DeploymentView; lines: LogEntry[] }

const pageSize = 500
/** A lost event costs this much delay and no more. */
const pollMs = 1_000

/**
 * Log lines and state of a deployment, as they come, until it is live or has failed. A round with
 * no news in it is given too, once a `pollMs`, so that a caller can show that it still listens.
 */
export async function* followDeployment(
  app: Pick<App, 'deps'>,
  input: { serverId: string; deploymentId: string },
  signal: AbortSignal,
): AsyncGenerator<News> {
  const { db, events } = app.deps
  const bell = createBell(signal)
  const unsubscribe = await events.subscribe((event) => {
    if (
      (event.type === 'log' || event.type === 'deployment') &&
      event.deploymentId === input.deploymentId
    )
      bell.ring()
  })
  try {
    let after = '0'
    while (!signal.aborted) {
      const row = await db.deployment.findUnique({
        where: { id: input.deploymentId },
        include: deploymentInclude,
      })
      if (!row) return
      // The state first: lines that were written before it changed are then surely among these.
      const view = deploymentView(row)
      const filter = { ...input, streams: ['build' as const, 'system' as const] }
      const lines = await queryLogs({ db }, filter, { after, limit: pageSize })
      after = lines.at(-1)?.id ?? after
      yield { view, lines }
      if (lines.length === pageSize) continue
      if (!isActive(view.status)) return
      await bell.wait(pollMs)
    }
  } finally {
    await unsubscribe()
  }
}
