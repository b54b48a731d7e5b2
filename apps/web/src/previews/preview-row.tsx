'use client'
import type { PreviewView } from '@moorage/deployments/list-previews'
import { GitBranch, GitPullRequest } from 'lucide-react'
import Link from 'next/link'
import { CopyButton } from '../parts/copy-button.tsx'
import { Sha } from '../parts/sha.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { PreviewActions } from './preview-actions.tsx'
import { previewMark } from './preview-mark.ts'

/** One preview: where it is, what it shows, and what can be done with it. */
export function PreviewRow({ preview }: { preview: PreviewView }) {
  const { server } = useLiveServer()
  const { latest, fork, request, ref, url } = preview
  const Icon = request === null ? GitBranch : GitPullRequest
  const sha = preview.pendingSha ?? latest?.commitSha
  const message = preview.pendingSha ? preview.pendingMessage : latest?.commitMessage
  return (
    <li className="grid gap-1 border-t px-4 py-3 text-sm first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex min-w-0 items-center gap-1.5 font-medium">
          <Icon className="size-3.5 shrink-0 text-muted" aria-hidden="true" />
          <span className="truncate" title={ref}>
            {fork ? `#${request} of ${fork}` : request ? `#${request} ${ref}` : ref}
          </span>
        </span>
        <StatusMark mark={previewMark(preview.state)} />
        <span className="ml-auto flex items-center gap-1">
          <PreviewActions preview={preview} />
        </span>
      </div>
      <div className="flex min-w-0 items-center gap-1">
        <code className="truncate font-mono text-muted" title={url}>
          {url}
        </code>
        <CopyButton text={url} label={`Copy the URL of ${preview.name}`} />
      </div>
      <div className="flex min-w-0 flex-wrap items-center gap-x-1.5 gap-y-0.5 text-xs text-faint">
        {sha ? <Sha sha={sha} /> : null}
        {message ? <span className="max-w-80 truncate">{message}</span> : null}
        {latest ? (
          <>
            <span aria-hidden="true">·</span>
            <Link
              href={`/servers/${server.slug}/deployments/${latest.id}`}
              className="rounded-sm text-muted hover:text-accent"
            >
              deployed <Time at={latest.createdAt} />
            </Link>
          </>
        ) : null}
        <span aria-hidden="true">·</span>
        <span>
          ends <Time at={preview.expiresAt} />
        </span>
      </div>
      {preview.state === 'waiting' ? (
        <p className="text-xs text-warning">
          This is somebody else's code. Look at the commit first; it runs without any secret.
        </p>
      ) : null}
    </li>
  )
}
