'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { useAnswer } from '../parts/use-answer.ts'

type App = NonNullable<ApiOutputs['github']['get']['app']>

/** The platform's App, for operators. */
export function AppCard({ app }: { app: App }) {
  const api = useTRPC()
  const answer = useAnswer()
  const forget = useMutation(
    api.github.forgetApp.mutationOptions({
      onSuccess: () => answer.done(`${app.name} is forgotten.`),
      onError: answer.failed,
    }),
  )
  return (
    <Card title="The App">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <p className="min-w-0 flex-1 basis-60 text-muted">
          <a href={app.page} className="font-medium break-words text-text underline">
            {app.name}
          </a>
          <br />
          {app.hasWebhook
            ? 'Pushes and pull requests arrive by its webhook.'
            : 'It has no webhook, because GitHub cannot reach this dashboard: branches are looked at every few minutes.'}
        </p>
        <ConfirmButton
          label="Forget it"
          title={`Forget ${app.name}?`}
          description="Its keys are deleted here, and every team's accounts are disconnected. Servers stay as they are; private repositories can no longer be fetched. At GitHub the App stays until you delete it there."
          busy={forget.isPending}
          onConfirm={() => forget.mutate()}
          look="danger"
        />
      </div>
    </Card>
  )
}
