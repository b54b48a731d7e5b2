import type { DeploymentView, ServerView } from '@moorage/deployments/views'

type DeploymentSummary = Pick<
  DeploymentView,
  | 'id'
  | 'shortId'
  | 'status'
  | 'awaitsApproval'
  | 'ref'
  | 'commitSha'
  | 'commitMessage'
  | 'createdAt'
  | 'finishedAt'
> & {
  toolCount: number | null
}

/** A server as a row of a list: no plan, no schemas, no steps, no settings. */
export type ServerSummary = Omit<ServerView, 'live' | 'latest' | 'settings'> & {
  live: DeploymentSummary | null
  latest: DeploymentSummary | null
}

export function serverSummary(view: ServerView): ServerSummary {
  const { settings: _, ...rest } = view
  return {
    ...rest,
    live: view.live && deploymentSummary(view.live),
    latest: view.latest && deploymentSummary(view.latest),
  }
}

function deploymentSummary(view: DeploymentView): DeploymentSummary {
  const { id, shortId, status, awaitsApproval, ref, commitSha, commitMessage } = view
  const { createdAt, finishedAt } = view
  return {
    id,
    shortId,
    status,
    awaitsApproval,
    ref,
    commitSha,
    commitMessage,
    createdAt,
    finishedAt,
    toolCount: view.handshake?.tools.length ?? null,
  }
}
