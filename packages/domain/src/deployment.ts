/** The life of a deployment. Terminal states never change. */
export const deploymentStatuses = [
  'queued',
  'building',
  'starting',
  'live',
  'retired',
  'failed',
  'canceled',
  'superseded',
] as const
export type DeploymentStatus = (typeof deploymentStatuses)[number]

/** The steps of the pipeline, in the order in which they happen. */
export const deploymentSteps = [
  'fetch',
  'plan',
  'build',
  'start',
  'handshake',
  'switch',
  'drain',
] as const
export type DeploymentStepName = (typeof deploymentSteps)[number]

export type StepStatus = 'running' | 'done' | 'failed' | 'canceled'

const next: Record<DeploymentStatus, readonly DeploymentStatus[]> = {
  queued: ['building', 'starting', 'failed', 'canceled', 'superseded'],
  building: ['starting', 'failed', 'canceled', 'superseded'],
  starting: ['live', 'failed', 'canceled', 'superseded'],
  live: ['retired'],
  retired: [],
  failed: [],
  canceled: [],
  superseded: [],
}

/** States in which the pipeline still has work to do before the deployment is live. */
export const activeStatuses = [
  'queued',
  'building',
  'starting',
] as const satisfies DeploymentStatus[]

export function isActive(status: DeploymentStatus): boolean {
  return (activeStatuses as readonly DeploymentStatus[]).includes(status)
}

export function isTerminal(status: DeploymentStatus): boolean {
  return next[status].length === 0
}

/** The states from which `to` may be reached: the guard of every conditional update. */
export function statusesBefore(to: DeploymentStatus): DeploymentStatus[] {
  return deploymentStatuses.filter((from) => next[from].includes(to))
}

/** The status a deployment has while a step runs. `switch` ends in `live`; `drain` runs while live. */
export function statusDuring(step: DeploymentStepName): DeploymentStatus {
  switch (step) {
    case 'fetch':
    case 'plan':
    case 'build':
      return 'building'
    case 'start':
    case 'handshake':
    case 'switch':
      return 'starting'
    case 'drain':
      return 'live'
  }
}

/** For the queue: lower goes first. Nobody's production waits for a preview. */
export function queuePriority(kind: 'production' | 'preview'): number {
  return kind === 'production' ? 1 : 10
}

/** Why a deployment failed, as the dashboard, the CLI and the pusher's terminal show it. */
export type Failure = {
  step: DeploymentStepName
  code: string
  /** What happened, in one sentence. Holds no secret. */
  message: string
  /** What to do next, or null where nothing better is known than to read the log. */
  hint: string | null
  /** The last lines of the log at the time, oldest first. */
  lastLines: string[]
  exitCode: number | null
}
