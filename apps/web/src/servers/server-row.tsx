'use client'
import type { ServerSummary } from '@moorage/api/server-summary'
import { GitBranch, Lock, LockOpen, Package, Upload } from 'lucide-react'
import Link from 'next/link'
import { Sha } from '../parts/sha.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { repoName } from './repo-name.ts'
import { serverMark } from './server-mark.ts'

/** One row; all of it leads to the server. */
export function ServerRow({ server }: { server: ServerSummary }) {
  const { live, latest } = server
  const lastFailed =
    (server.state === 'live' || server.state === 'sleeping') && latest?.status === 'failed'
  const AccessIcon = server.access === 'public' ? LockOpen : Lock
  return (
    <tr className="relative h-14 border-t transition-colors duration-150 first:border-t-0 hover:bg-hover has-[a:focus-visible]:bg-hover [&_td]:px-4 [&_td]:py-2">
      <td>
        <Link
          href={`/servers/${server.slug}`}
          className="block truncate font-medium -outline-offset-2 after:absolute after:inset-0"
        >
          {server.name}
        </Link>
        <span className="flex items-center gap-1.5 text-xs text-faint">
          <AccessIcon className="size-3 shrink-0" aria-label={accessWords[server.access]} />
          <span className="truncate font-mono">/{server.slug}/mcp</span>
        </span>
      </td>
      <td aria-live="polite">
        <StatusMark mark={serverMark(server)} />
        {lastFailed ? <p className="text-xs text-failed">last deploy failed</p> : null}
        {server.runtime === 'process' ? <p className="text-xs text-warning">no isolation</p> : null}
      </td>
      <td className="max-lg:hidden">
        {server.sourceLine !== null ? (
          <p className="flex items-center gap-1.5 text-muted" title={server.sourceLine}>
            <Package className="size-3.5 shrink-0" aria-hidden="true" />
            <span className="truncate">{server.sourceLine}</span>
          </p>
        ) : server.repoUrl ? (
          <>
            <p className="truncate" title={server.repoUrl}>
              {repoName(server.repoUrl)}
            </p>
            <p className="flex items-center gap-1 text-xs text-faint">
              <GitBranch className="size-3 shrink-0" aria-hidden="true" />
              <span className="truncate font-mono">{server.branch}</span>
            </p>
          </>
        ) : (
          <p className="flex items-center gap-1.5 text-muted">
            <Upload className="size-3.5" aria-hidden="true" />
            git push
          </p>
        )}
      </td>
      <td className="max-md:hidden">
        {live ? (
          <>
            <p className="truncate">{live.commitMessage ?? live.ref ?? live.shortId}</p>
            <p className="flex items-center gap-1.5 text-xs text-faint">
              {live.commitSha ? <Sha sha={live.commitSha} /> : null}
              {live.finishedAt ? <Time at={live.finishedAt} /> : null}
            </p>
          </>
        ) : (
          <span className="text-faint">none yet</span>
        )}
      </td>
      <td className="num text-right text-muted max-xl:hidden">{live?.toolCount ?? ''}</td>
    </tr>
  )
}

const accessWords = { private: 'Needs a key', public: 'Public', own_auth: 'Its own sign-in' }
