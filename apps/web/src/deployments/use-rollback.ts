'use client'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../api-client/api-provider.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** Puts a deployment live again without a build; for the live one that is a restart. */
export function useRollback(slug: string): {
  isBusy: boolean
  start: (to: string, env?: 'today' | 'deployment') => void
} {
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const rollback = useMutation(
    api.deployments.rollback.mutationOptions({
      onSuccess: (made) => router.push(`/servers/${made.slug}/deployments/${made.id}`),
      onError: answer.failed,
    }),
  )
  return {
    isBusy: rollback.isPending,
    start: (to, env = 'today') => rollback.mutate({ slug, to, env }),
  }
}
