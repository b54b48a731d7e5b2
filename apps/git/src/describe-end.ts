import type { Server } from '@moorage/db/client'
import { previewUrl } from '@moorage/deployments/list-previews'
import type { DeploymentView } from '@moorage/deployments/views'
import type { App } from './app.ts'
import { printable, seconds } from './printable.ts'

const maxTools = 12

/** The last words: where it is, or why it is not. `told` holds the log lines that were shown. */
export async function describeEnd(
  app: App,
  server: Server,
  view: DeploymentView,
  told: ReadonlySet<string>,
): Promise<string> {
  if (view.status === 'live' || view.status === 'retired') return live(app, server, view)
  const { preview } = view
  const liveBefore = await app.deps.db.deployment.count({
    where: {
      serverId: server.id,
      status: 'live',
      preview: preview === null ? null : { name: preview },
    },
  })
  const lines = [
    ...reason(view, told),
    `The code arrived, but this version is not live. ${
      liveBefore > 0 ? 'The version before stays live.' : 'Nothing is live yet.'
    }`,
    `  ${app.urls.dashboardUrl}/servers/${server.slug}`,
  ]
  return `\n${lines.join('\n')}\n`
}

function live(app: App, server: Server, view: DeploymentView): string {
  const tools = (view.handshake?.tools ?? []).map((tool) => printable(tool.name))
  const more = tools.length > maxTools ? `, and ${tools.length - maxTools} more` : ''
  const { preview } = view
  const url =
    preview === null
      ? `${app.urls.routerUrl}/${server.slug}/mcp`
      : previewUrl(app.urls, server.slug, preview)
  const name = preview === null ? server.slug : `${server.slug}--${preview}`
  const lines = [
    `${name} is live${view.durationMs === null ? '' : ` after ${seconds(view.durationMs)}`}`,
    `  URL    ${url}`,
    `  Tools  ${tools.length === 0 ? 'none' : tools.slice(0, maxTools).join(', ') + more}`,
    `  Logs   ${app.urls.dashboardUrl}/servers/${server.slug}`,
  ]
  return `\n${lines.join('\n')}\n`
}

function reason(view: DeploymentView, told: ReadonlySet<string>): string[] {
  if (view.status === 'canceled') return ['Canceled.']
  if (view.status === 'superseded') return ['A newer deployment took the place of this one.']
  const failure = view.failure
  if (!failure) return ['The deployment failed.']
  const unseen = failure.lastLines.map(printable).filter((line) => !told.has(line))
  const exit = failure.exitCode === null ? '' : ` (exit code ${failure.exitCode})`
  return [
    `✗ ${failure.step} failed${exit}: ${printable(failure.message)}`,
    ...unseen.slice(-15).map((line) => `  | ${line}`),
    ...(failure.hint ? [`Hint: ${failure.hint}`] : []),
  ]
}
