import type { DeploymentView, ServerView } from '@moorage/deployments/views'

/** A list read earlier, with what the server's own stream knows better: its newest and its live one. */
export function withNewest(
  rows: DeploymentView[],
  { live, latest }: Pick<ServerView, 'live' | 'latest'>,
): DeploymentView[] {
  const current = rows.map((row) => {
    if (row.id === latest?.id) return latest
    if (row.id === live?.id) return live
    return row.status === 'live' && live ? { ...row, status: 'retired' as const } : row
  })
  const known = latest === null || rows.some((row) => row.id === latest.id)
  return known ? current : [latest, ...current]
}
