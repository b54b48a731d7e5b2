'use client'
import type { ServerView } from '@moorage/deployments/views'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTRPC } from '../api-client/api-provider.tsx'
import { useAnswer } from '../parts/use-answer.ts'

/** Deploys the newest commit and leads to where its steps can be watched. */
export function useDeploy(server: Pick<ServerView, 'slug' | 'source' | 'repoUrl' | 'latest'>): {
  isPossible: boolean
  isBusy: boolean
  start: () => void
} {
  const api = useTRPC()
  const router = useRouter()
  const answer = useAnswer()
  const create = useMutation(
    api.deployments.create.mutationOptions({
      onSuccess: (made) => router.push(`/servers/${made.slug}/deployments/${made.id}`),
      onError: answer.failed,
    }),
  )
  return {
    // Without a repository there is only what was pushed before.
    isPossible:
      server.source === 'settings' || server.repoUrl !== null || Boolean(server.latest?.commitSha),
    isBusy: create.isPending,
    start: () => create.mutate({ slug: server.slug }),
  }
}
