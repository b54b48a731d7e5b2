'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { formatDuration } from '../format/duration.ts'
import { exactTime } from '../format/exact-time.ts'
import { formatSize } from '../format/size.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Notice } from '../parts/notice.tsx'
import { RequestPayloads } from './request-payloads.tsx'
import { statusWords } from './status-words.ts'
import type { RequestRow } from './use-requests.ts'

export type RequestFacts = ApiOutputs['logs']['request']

/** What did that call do? `row`: what is known of it before the rest has come. */
export function RequestDetail({
  slug,
  id,
  row,
  onClose,
}: {
  slug: string
  id: string | null
  row: RequestRow | undefined
  onClose: () => void
}) {
  const api = useTRPC()
  const { data, error, isPlaceholderData } = useQuery(
    api.logs.request.queryOptions(
      { slug, id: id ?? '0' },
      {
        enabled: id !== null,
        staleTime: Number.POSITIVE_INFINITY,
        placeholderData: row ? { ...row, deploymentId: null } : undefined,
      },
    ),
  )
  return (
    <Dialog
      open={id !== null}
      onOpenChange={(open) => open || onClose()}
      wide
      title={
        data
          ? [data.rpcMethod ?? data.httpMethod, data.target].filter(Boolean).join(' ')
          : 'Request'
      }
    >
      {error ? (
        <Notice look="error" title={errorText(error).message}>
          Lines of the request log are kept for a while only.
        </Notice>
      ) : null}
      {data ? (
        <div className="grid gap-5">
          <Facts slug={slug} facts={data} />
          {isPlaceholderData ? null : <RequestPayloads slug={slug} facts={data} />}
        </div>
      ) : null}
    </Dialog>
  )
}

function Facts({ slug, facts }: { slug: string; facts: RequestFacts }) {
  return (
    <dl className="num grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-4 gap-y-2 text-sm [&_dt]:text-muted">
      <Fact name="Result">
        {facts.status} <span className="text-muted">{statusWords(facts.status)}</span>
        {facts.rpcErrorCode === null ? null : (
          <span className="text-failed">JSON-RPC error {facts.rpcErrorCode}</span>
        )}
        {facts.refusedBy === 'policy' ? (
          <span className="text-muted"> · refused by a rule of who may use what</span>
        ) : null}
      </Fact>
      <Fact name="Took">{formatDuration(facts.durationMs)}</Fact>
      <Fact name="When">{exactTime(facts.at)}</Fact>
      <Fact name="Caller">
        {facts.principalName ?? 'anyone'}
        {facts.principalName ? <Id text={facts.principalId} /> : null}
      </Fact>
      <Fact name="Client">
        {facts.clientName ? `${facts.clientName} ${facts.clientVersion ?? ''}` : 'did not say'}
      </Fact>
      <Fact name="Protocol">{facts.protocol ?? 'did not say'}</Fact>
      <Fact name="Method">
        {facts.httpMethod} <span className="font-mono text-[13px]">{facts.rpcMethod}</span>
      </Fact>
      <Fact name="Bytes">
        {formatSize(facts.requestBytes)} asked, {formatSize(facts.responseBytes)} answered
      </Fact>
      <Fact name="Instance">
        {facts.instanceId ? <Id text={facts.instanceId} /> : 'none: it did not get so far'}
        {facts.deploymentId ? (
          <Link
            href={`/servers/${slug}/deployments/${facts.deploymentId}`}
            className="text-accent hover:underline"
          >
            its deployment
          </Link>
        ) : null}
      </Fact>
      <Fact name="Request id">
        <Id text={facts.requestId} />
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-x-1.5">{children}</dd>
    </>
  )
}

function Id({ text }: { text: string | null }) {
  if (text === null) return null
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5">
      <code className="truncate font-mono text-[13px] text-muted">{text}</code>
      <span className="-my-1">
        <CopyButton text={text} label={`Copy ${text}`} />
      </span>
    </span>
  )
}
