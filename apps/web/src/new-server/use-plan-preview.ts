'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { useLate } from './use-late.ts'

type Asked = { team: string; settings: Settings | null; document: string | null }

/** The plan of settings as they are typed, or why there is none. */
export function usePlanPreview(input: Asked) {
  const client = useTRPCClient()
  const asked = useLate(JSON.stringify(input))
  const { settings, document, team }: Asked = JSON.parse(asked)
  const { data, error, isFetching } = useQuery({
    queryKey: ['plan-preview', asked],
    queryFn:
      settings === null
        ? skipToken
        : () =>
            client.plans.preview.mutate({
              team,
              settings,
              ...(document === null ? {} : { document }),
            }),
    placeholderData: keepPreviousData,
  })
  return input.settings === null ? nothingAsked : { preview: data ?? null, error, isFetching }
}

const nothingAsked = { preview: null, error: null, isFetching: false }
