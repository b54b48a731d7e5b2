'use client'
import type { Settings } from '@moorage/build-plan/settings'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'

const pauseMs = 350

/** The plan of settings as they are typed, or why there is none. */
export function usePlanPreview(input: {
  team: string
  settings: Settings | null
  document: string | null
}) {
  const client = useTRPCClient()
  const asked = useLate(JSON.stringify(input))
  const isAsked = input.settings !== null
  const { data, error, isFetching } = useQuery({
    queryKey: ['plan-preview', asked],
    enabled: isAsked,
    placeholderData: keepPreviousData,
    queryFn: () => {
      const { document, ...rest }: typeof input & { settings: Settings } = JSON.parse(asked)
      return client.plans.preview.mutate({ ...rest, ...(document === null ? {} : { document }) })
    },
  })
  return isAsked ? { preview: data ?? null, error, isFetching } : nothingAsked
}

const nothingAsked = { preview: null, error: null, isFetching: false }

/** A value once it has been still for a moment. */
function useLate(value: string): string {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return late
}
