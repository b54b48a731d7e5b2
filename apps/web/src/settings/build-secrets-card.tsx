'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { AddBuildSecret } from './add-build-secret.tsx'

type BuildSecret = ApiOutputs['buildSecrets']['list'][number]

/** What builds may need and the running server must not have. */
export function BuildSecretsCard({ secrets }: { secrets: BuildSecret[] }) {
  const { can } = useLiveServer()
  return (
    <Card title="Build secrets" flush>
      {secrets.length > 0 ? (
        <ul>
          {secrets.map((secret) => (
            <Row key={secret.name} secret={secret} />
          ))}
        </ul>
      ) : (
        <p className="p-4 text-sm text-muted">
          None. Tokens for private packages and repositories go here: the steps that install and
          build see them, the image and the running server do not.
        </p>
      )}
      {can.writeEnv ? <AddBuildSecret /> : null}
    </Card>
  )
}

function Row({ secret: { name, updatedAt } }: { secret: BuildSecret }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const unset = useMutation(
    api.buildSecrets.unset.mutationOptions({
      onSuccess: () => answer.done(`${name} is removed.`),
      onError: answer.failed,
    }),
  )
  return (
    <li className="flex min-h-11 items-center gap-3 border-t px-4 py-1.5 text-sm first:border-t-0">
      <code className="min-w-0 flex-1 truncate font-mono" title={name}>
        {name}
      </code>
      <span className="text-xs text-faint">
        <Time at={updatedAt} />
      </span>
      {can.writeEnv ? (
        <button
          type="button"
          aria-label={`Remove ${name}`}
          title={`Remove ${name}`}
          disabled={unset.isPending}
          onClick={() => unset.mutate({ slug: server.slug, name })}
          className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
        >
          <Trash2 className="size-3.5" />
        </button>
      ) : null}
    </li>
  )
}
