import type { Deployment, ServerDetails } from './api.ts'
import { duration } from './format.ts'
import type { Session } from './session.ts'
import { plain, type Terminal } from './terminal.ts'

type Step = Deployment['steps'][number]

/** `✓ build      12.4 s  ...` */
export function stepLine({ colors }: Terminal, deployment: Deployment, step: Step): string {
  const mark =
    step.status === 'done' ? colors.green('✓') : step.status === 'running' ? '…' : colors.red('✗')
  const time = step.durationMs === null ? '' : duration(step.durationMs)
  return `${mark} ${step.name.padEnd(9)} ${time.padStart(8)}  ${found(deployment, step)}`.trimEnd()
}

function found(deployment: Deployment, step: Step): string {
  if (step.name === 'plan' && deployment.plan) return plain(deployment.plan.flavor)
  if (step.name !== 'handshake' || !deployment.handshake) return ''
  const { serverInfo, tools } = deployment.handshake
  return `${plain(serverInfo.name)} ${plain(serverInfo.version)}, ${tools.length} tools`
}

/** How it ended, and what to do now. */
export function deploymentResult(
  { terminal, platform }: Session,
  server: ServerDetails,
  deployment: Deployment,
): string[] {
  const { colors } = terminal
  if (deployment.status === 'live' || deployment.status === 'retired') {
    const took = deployment.durationMs === null ? '' : ` after ${duration(deployment.durationMs)}`
    return [
      '',
      `${colors.green('✓')} ${colors.bold(server.slug)} is live${took}`,
      `  ${colors.cyan(server.url)}`,
      `  Tools: ${toolNames(deployment)}`,
      '',
      ...howToConnect(server),
    ]
  }
  if (!['failed', 'canceled', 'superseded'].includes(deployment.status))
    return [
      `${server.slug}: deployment ${deployment.shortId} is ${deployment.status}`,
      `  moorage deployments show ${deployment.id} --follow`,
    ]
  return [
    '',
    ...failure(terminal, deployment),
    `${server.live ? 'The version before stays live' : 'Nothing is live yet'}: ${server.url}`,
    `  ${platform.url}/servers/${server.slug}`,
  ]
}

export function toolNames(deployment: Deployment | null): string {
  const names = deployment?.handshake?.tools.map((tool) => plain(tool.name)) ?? []
  return names.length === 0 ? 'none' : names.join(', ')
}

function failure({ colors }: Terminal, deployment: Deployment): string[] {
  const { failure } = deployment
  if (deployment.status === 'canceled') return ['Canceled.']
  if (deployment.status === 'superseded') return ['A newer deployment took the place of this one.']
  if (!failure) return [`${colors.red('✗')} The deployment failed.`]
  const exit = failure.exitCode === null ? '' : ` (exit code ${failure.exitCode})`
  return [
    `${colors.red('✗')} ${failure.step} failed${exit}: ${plain(failure.message)}`,
    ...failure.lastLines.slice(-15).map((line) => colors.dim(`  | ${plain(line)}`)),
    ...(failure.hint ? [`Hint: ${plain(failure.hint)}`] : []),
  ]
}

/** What most MCP clients read. */
function howToConnect(server: ServerDetails): string[] {
  const open = server.access === 'public'
  const headers = open ? {} : { headers: { Authorization: 'Bearer <key>' } }
  const settings = { mcpServers: { [server.slug]: { type: 'http', url: server.url, ...headers } } }
  return [
    'To connect an MCP client:',
    `  ${JSON.stringify(settings)}`,
    ...(open ? [] : [`  The key: moorage keys create --server ${server.slug}`]),
  ]
}
