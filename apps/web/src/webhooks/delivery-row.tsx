'use client'
import type { DeliveryStatus } from '@moorage/db/client'
import type { DeliveryView } from '@moorage/deployments/webhooks/list-deliveries'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import Link from 'next/link'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { type Mark, StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { forgeName } from './forge-words.ts'

const marks: Record<DeliveryStatus, Mark> = {
  waiting: { shape: 'ring', tone: 'waiting', word: 'Waiting' },
  running: { shape: 'turning', tone: 'building', word: 'Working' },
  done: { shape: 'dot', tone: 'live', word: 'Done' },
  failed: { shape: 'cross', tone: 'failed', word: 'Failed' },
}

/** One delivery: who sent what, what came of it, and the payload where it is asked for. */
export function DeliveryRow({ delivery }: { delivery: DeliveryView }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const queries = useQueryClient()
  const answer = useAnswer()
  const [open, setOpen] = useState(false)
  const { id } = delivery
  const { slug } = server
  const redeliver = useMutation(
    api.webhooks.redeliver.mutationOptions({
      onSuccess: () => queries.invalidateQueries(api.webhooks.get.queryFilter({ slug })),
      onError: answer.failed,
    }),
  )
  return (
    <li className="grid gap-1 border-t px-4 py-2.5 text-sm first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusMark mark={marks[delivery.status]} />
        <span className="min-w-0 truncate">
          {forgeName(delivery.forge)} <span className="text-muted">{delivery.event}</span>
        </span>
        <span className="text-xs text-faint">
          <Time at={delivery.receivedAt} />
        </span>
        <span className="ml-auto flex gap-1">
          {can.update ? (
            <Button size="sm" look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
              Payload
            </Button>
          ) : null}
          {can.deploy && delivery.canRedeliver ? (
            <Button
              size="sm"
              look="quiet"
              busy={redeliver.isPending}
              onClick={() => redeliver.mutate({ slug, id })}
            >
              Redeliver
            </Button>
          ) : null}
        </span>
      </div>
      {delivery.result.map((one) => (
        <p key={one.slug + one.message} className="break-words text-muted">
          {one.slug === slug ? null : <span className="text-text">{one.slug}: </span>}
          {one.message}{' '}
          {one.deploymentId ? (
            <Link
              href={`/servers/${one.slug}/deployments/${one.deploymentId}`}
              className="rounded-sm text-accent underline underline-offset-2"
            >
              See the deployment
            </Link>
          ) : null}
        </p>
      ))}
      {open ? <Payload id={id} /> : null}
    </li>
  )
}

function Payload({ id }: { id: string }) {
  const { server } = useLiveServer()
  const api = useTRPC()
  const { data } = useQuery(api.webhooks.payload.queryOptions({ slug: server.slug, id }))
  if (!data) return null
  return data.payload === null ? (
    <p className="text-muted">It is not kept any more.</p>
  ) : (
    <div className="max-h-96 overflow-auto">
      <CodeBlock code={pretty(data.payload)} label="Copy the payload" />
    </div>
  )
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
