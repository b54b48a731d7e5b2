'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { Notice } from '../parts/notice.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { forgeSteps } from './forge-words.ts'

/** Where a forge is to send to, with which secret, and what to tick there. */
export function HookCard({ url, hasSecret }: { url: string; hasSecret: boolean }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const rotate = useMutation(
    api.webhooks.rotateSecret.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: answer.failed,
    }),
  )
  return (
    <Card title="Webhook">
      <div className="grid gap-4">
        <div className="grid gap-1.5">
          <p className="text-sm font-medium">Payload URL</p>
          <CodeBlock code={url} label="Copy the payload URL" wrap />
          <p className="text-sm text-muted">
            One is enough for a repository, however many of your servers come from it.
          </p>
        </div>
        {rotate.data ? (
          <div className="grid gap-1.5" aria-live="polite">
            <Notice look="info" title="Copy the secret now. It is shown this once." />
            <CodeBlock code={rotate.data.secret} label="Copy the secret" wrap />
          </div>
        ) : null}
        {can.update ? (
          <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
            <Button
              look={hasSecret ? 'secondary' : 'primary'}
              busy={rotate.isPending}
              onClick={() => rotate.mutate({ slug: server.slug })}
            >
              {hasSecret ? 'New secret' : 'Make a secret'}
            </Button>
            <span className="text-sm text-muted">
              {hasSecret
                ? 'The present one is refused as soon as there is a new one.'
                : 'Nothing is taken before there is one.'}
            </span>
          </div>
        ) : null}
        <dl className="grid gap-2 border-t pt-4 text-sm">
          {forgeSteps.map(({ forge, where, tick }) => (
            <div key={forge} className="grid gap-x-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
              <dt className="font-medium">{forge}</dt>
              <dd className="text-muted">
                {where}. {tick}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </Card>
  )
}
