'use client'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { AccessChoice, type AccessValue } from './access-choice.tsx'

/** Counts at once, and can be undone as fast. */
export function AccessCard() {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const update = useMutation(
    api.servers.update.mutationOptions({
      onSuccess: ({ access }) =>
        answer.done(
          access === 'public' ? 'Anyone may call it from now on.' : 'Saved. It counts at once.',
        ),
      onError: answer.failed,
    }),
  )
  const value: AccessValue = update.isPending
    ? (update.variables.access ?? server.access)
    : server.access
  return (
    <Card title="Access">
      <AccessChoice
        value={value}
        disabled={!can.update}
        onChange={(access) => update.mutate({ slug: server.slug, access })}
      />
    </Card>
  )
}
