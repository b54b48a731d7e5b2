'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useEffect, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'

export type Inspection = ApiOutputs['inspections']['get']
type Asked = { repoUrl: string; branch: string }
type State = { asked: Asked; view: Inspection | null; error: ReturnType<typeof errorText> | null }

/** Looks into a repository and follows how it goes. The newest question is the one that counts. */
export function useInspection(team: string): {
  state: State | null
  ask: (asked: Asked) => void
  forget: () => void
} {
  const client = useTRPCClient()
  const [state, setState] = useState<State | null>(null)
  const asked = state?.asked
  useEffect(() => {
    if (!asked) return
    let isOver = false
    let subscription: { unsubscribe: () => void } | null = null
    const tell = (news: Partial<State>) =>
      setState((now) => (now?.asked === asked ? { ...now, ...news } : now))
    const { repoUrl, branch } = asked
    client.inspections.create
      .mutate({ team, repoUrl, ...(branch ? { branch } : {}) })
      .then((view) => {
        if (isOver) return
        tell({ view })
        subscription = client.inspections.watch.subscribe(
          { team, id: view.id },
          {
            onData: (next) => tell({ view: next }),
            onError: (error) => tell({ error: errorText(error) }),
          },
        )
      })
      .catch((error: unknown) => tell({ error: errorText(error) }))
    return () => {
      isOver = true
      subscription?.unsubscribe()
    }
  }, [client, team, asked])
  return {
    state,
    ask: (next) => setState({ asked: next, view: null, error: null }),
    forget: () => setState(null),
  }
}
