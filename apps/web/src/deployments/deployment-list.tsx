'use client'
import type { DeploymentView } from '@moorage/deployments/views'
import Link from 'next/link'
import { formatDuration } from '../format/duration.ts'
import { Sha } from '../parts/sha.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { deploymentMark } from '../servers/server-mark.ts'
import { triggerWords } from './trigger-words.ts'

/** Newest first; each leads to its steps and log. */
export function DeploymentList({
  slug,
  deployments,
}: {
  slug: string
  deployments: DeploymentView[]
}) {
  return (
    <ul>
      {deployments.map((row) => (
        <li
          key={row.id}
          className="relative grid grid-cols-[minmax(0,1fr)] gap-0.5 border-t px-4 py-2.5 text-sm transition-colors duration-150 first:border-t-0 hover:bg-hover"
        >
          <div className="flex items-center gap-3">
            <Link
              href={`/servers/${slug}/deployments/${row.id}`}
              className="min-w-0 flex-1 truncate -outline-offset-2 after:absolute after:inset-0"
              title={row.commitMessage ?? undefined}
            >
              {row.commitMessage ?? triggerWords[row.trigger]}
            </Link>
            <StatusMark mark={deploymentMark(row)} />
          </div>
          <div className="flex items-center gap-1.5 text-xs text-faint">
            {row.commitSha ? <Sha sha={row.commitSha} /> : null}
            <span className="truncate">
              {triggerWords[row.trigger]} · <Time at={row.createdAt} />
            </span>
            {row.durationMs !== null ? (
              <span className="num ml-auto whitespace-nowrap">
                {formatDuration(row.durationMs)}
              </span>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  )
}
