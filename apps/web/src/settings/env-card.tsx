'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { useRollback } from '../deployments/use-rollback.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { AddEnv } from './add-env.tsx'

type EnvVar = ApiOutputs['env']['list'][number]

/** The environment of the server's process. Values are written, and by default never read again. */
export function EnvCard({ vars }: { vars: EnvVar[] }) {
  const { server, can } = useLiveServer()
  const rollback = useRollback(server.slug)
  const liveAt = server.live?.createdAt
  const isBehind = liveAt !== undefined && vars.some((row) => row.updatedAt > liveAt)
  return (
    <Card
      title="Environment variables"
      flush
      aside={
        isBehind && can.deploy && server.live ? (
          <span className="flex items-center gap-2 text-sm text-muted">
            Changed since it started
            <Button
              size="sm"
              busy={rollback.isBusy}
              onClick={() => server.live && rollback.start(server.live.id)}
            >
              Redeploy without rebuild
            </Button>
          </span>
        ) : null
      }
    >
      {vars.length > 0 ? (
        <ul>
          {vars.map((row) => (
            <EnvRow key={`${row.key} ${row.scope} ${row.branch}`} row={row} />
          ))}
        </ul>
      ) : (
        <p className="p-4 text-sm text-muted">
          None. Tokens and addresses that the server reads from its environment go here, not into
          the repository.
        </p>
      )}
      {can.writeEnv ? <AddEnv /> : null}
    </Card>
  )
}

function EnvRow({ row }: { row: EnvVar }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const unset = useMutation(
    api.env.unset.mutationOptions({
      onSuccess: () => answer.done(`${row.key} is removed.`),
      onError: answer.failed,
    }),
  )
  return (
    <li className="flex min-h-11 items-center gap-3 border-t px-4 py-1.5 text-sm first:border-t-0">
      <code className="min-w-0 flex-1 truncate font-mono" title={row.key}>
        {row.key}
        {row.scope === 'preview' ? (
          <span className="font-sans text-faint"> preview {row.branch}</span>
        ) : null}
      </code>
      {row.value === null ? (
        <span className="text-faint" title="Written once; not shown again.">
          <span aria-hidden="true">••••••••</span>
          <span className="sr-only">hidden</span>
        </span>
      ) : (
        <span className="flex min-w-0 flex-1 items-center gap-1">
          <code className="truncate font-mono text-muted">{row.value}</code>
          <CopyButton text={row.value} label={`Copy ${row.key}`} />
        </span>
      )}
      <span className="w-24 text-right text-xs text-faint max-sm:hidden">
        <Time at={row.updatedAt} />
      </span>
      {can.writeEnv ? (
        <button
          type="button"
          aria-label={`Remove ${row.key}`}
          title={`Remove ${row.key}`}
          disabled={unset.isPending}
          onClick={() =>
            unset.mutate({
              slug: server.slug,
              ...{ key: row.key, scope: row.scope, branch: row.branch },
            })
          }
          className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
        >
          <Trash2 className="size-3.5" />
        </button>
      ) : null}
    </li>
  )
}
