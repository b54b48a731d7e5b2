import { skipToken, useQuery } from '@tanstack/react-query'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { errorText } from '../api-client/error-text.ts'
import { useLate } from './use-late.ts'

/** The text of an OpenAPI document at an https address, once that is whole and has been still. */
export function useDocumentAt(team: string, typed: string) {
  const client = useTRPCClient()
  const url = useLate(typed)
  const isWhole = /^https:\/\/[^/\s]+\.[^/\s]+\/\S+$|^https:\/\/[^/\s]+:\d+\/\S+$/.test(url)
  const { data, error, isFetching } = useQuery({
    queryKey: ['openapi-document', team, url],
    queryFn: isWhole ? () => client.plans.readDocument.mutate({ team, url }) : skipToken,
    retry: false,
    staleTime: 60_000,
  })
  const isCurrent = url === typed
  return {
    text: isCurrent ? (data?.text ?? null) : null,
    failure: isCurrent && error ? errorText(error) : null,
    isReading: isFetching || (isWhole && !isCurrent),
  }
}
