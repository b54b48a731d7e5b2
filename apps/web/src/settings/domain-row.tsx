'use client'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { Button } from '../parts/button.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Notice } from '../parts/notice.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import type { Domains } from './domains-card.tsx'

type Domain = Domains['domains'][number]

/** One name: where it leads to, or what is still to be done for it. */
export function DomainRow({
  domain,
  pointsTo,
  onChanged,
}: {
  domain: Domain
  pointsTo: Domains['pointsTo']
  onChanged: () => void
}) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const { hostname, verifiedAt } = domain
  const input = { slug: server.slug, hostname }
  const remove = useMutation(
    api.domains.remove.mutationOptions({
      onSuccess: () => {
        answer.done(`${hostname} is removed.`)
        onChanged()
      },
      onError: answer.failed,
    }),
  )
  const verify = useMutation(
    api.domains.verify.mutationOptions({
      onSuccess: () => {
        answer.done(`${hostname} is verified.`)
        onChanged()
      },
    }),
  )
  const url = `https://${hostname}/mcp`
  return (
    <li className="grid grid-cols-[minmax(0,1fr)] gap-3 border-t px-4 py-2 text-sm first:border-t-0">
      <div className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1">
        <span className="flex min-w-0 flex-1 basis-48 items-center gap-1">
          <code className="truncate font-mono" title={verifiedAt ? url : hostname}>
            {verifiedAt ? url : hostname}
          </code>
          {verifiedAt ? <CopyButton text={url} label={`Copy ${url}`} /> : null}
        </span>
        <StatusMark
          mark={
            verifiedAt
              ? { shape: 'dot', tone: 'live', word: 'Verified' }
              : { shape: 'ring', tone: 'waiting', word: 'Waits for DNS' }
          }
        />
        {can.update ? (
          <button
            type="button"
            aria-label={`Remove ${hostname}`}
            title={`Remove ${hostname}`}
            disabled={remove.isPending}
            onClick={() => remove.mutate(input)}
            className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
          >
            <Trash2 className="size-3.5" />
          </button>
        ) : null}
      </div>
      {verifiedAt ? null : (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pb-2">
          <p className="text-muted">
            {pointsTo
              ? 'Add these records where the name is managed. The first proves that it is yours, the second leads clients here. Moorage looks every minute.'
              : 'Add this record where the name is managed: it proves that it is yours. Moorage looks every minute. Clients reach it once the name leads to a router that is on the network.'}
          </p>
          <dl className="grid grid-cols-[minmax(0,1fr)] gap-2">
            <DnsRecord type="TXT" name={domain.txtName} value={domain.txtValue} />
            {pointsTo ? <DnsRecord {...pointsTo} name={hostname} /> : null}
          </dl>
          {verify.error ? (
            <Notice look="warning" title={errorText(verify.error).message}>
              {errorText(verify.error).hint}
            </Notice>
          ) : null}
          {can.update ? (
            <div>
              <Button size="sm" busy={verify.isPending} onClick={() => verify.mutate(input)}>
                Look now
              </Button>
            </div>
          ) : null}
        </div>
      )}
    </li>
  )
}

function DnsRecord({ type, name, value }: { type: string; name: string; value: string }) {
  return (
    <div className="grid grid-cols-[4rem_minmax(0,1fr)] items-start gap-x-2 rounded-md border bg-sunken px-3 py-1.5">
      <dt className="pt-1 text-xs text-faint">{type}</dt>
      <dd className="grid min-w-0">
        {[name, value].map((text) => (
          <span key={text} className="flex min-w-0 items-center justify-between gap-2">
            <code className="font-mono text-[13px] break-all">{text}</code>
            <CopyButton text={text} label={`Copy ${text}`} />
          </span>
        ))}
      </dd>
    </div>
  )
}
