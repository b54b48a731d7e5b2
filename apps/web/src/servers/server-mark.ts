import type { DeploymentView, ServerState, ServerView } from '@moorage/deployments/views'
import type { DeploymentStatus } from '@moorage/domain/deployment'
import type { Mark } from '../parts/status-mark.tsx'

const servers: Record<ServerState, Mark> = {
  new: { shape: 'dashed', tone: 'waiting', word: 'Not deployed' },
  live: { shape: 'dot', tone: 'live', word: 'Live' },
  sleeping: { shape: 'moon', tone: 'sleeping', word: 'Sleeping' },
  building: { shape: 'turning', tone: 'building', word: 'Deploying' },
  failed: { shape: 'cross', tone: 'failed', word: 'Failed' },
  crashed: { shape: 'cross', tone: 'failed', word: 'Crashed' },
}

const deployments: Record<DeploymentStatus, Mark> = {
  queued: { shape: 'ring', tone: 'waiting', word: 'Queued' },
  building: { shape: 'turning', tone: 'building', word: 'Building' },
  starting: { shape: 'turning', tone: 'building', word: 'Starting' },
  live: { shape: 'dot', tone: 'live', word: 'Live' },
  retired: { shape: 'ring', tone: 'waiting', word: 'Retired' },
  failed: { shape: 'cross', tone: 'failed', word: 'Failed' },
  canceled: { shape: 'bar', tone: 'waiting', word: 'Canceled' },
  superseded: { shape: 'bar', tone: 'waiting', word: 'Superseded' },
}

const waits = { shape: 'ring', tone: 'warning' } as const

type Waiting = Pick<DeploymentView, 'awaitsApproval'>

export function serverMark({
  state,
  latest,
}: Pick<ServerView, 'state'> & { latest: Waiting | null }): Mark {
  return state === 'building' && latest?.awaitsApproval
    ? { ...waits, word: 'To approve' }
    : servers[state]
}

export function deploymentMark({
  status,
  awaitsApproval,
}: Waiting & Pick<DeploymentView, 'status'>): Mark {
  return awaitsApproval ? { ...waits, word: 'Waits for approval' } : deployments[status]
}
