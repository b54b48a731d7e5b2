'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useQuery } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Card } from '../parts/card.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { AddDomain } from './add-domain.tsx'
import { DomainRow } from './domain-row.tsx'

export type Domains = ApiOutputs['domains']['list']

/** Host names of a team's own at which the server answers. A name that waits is looked at again. */
export function DomainsCard({ initial }: { initial: Domains }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const { data, refetch } = useQuery(
    api.domains.list.queryOptions(
      { slug: server.slug },
      {
        initialData: initial,
        refetchInterval: ({ state }) =>
          state.data?.domains.some(({ verifiedAt }) => !verifiedAt) ? 10_000 : false,
      },
    ),
  )
  const changed = () => void refetch()
  return (
    <Card title="Domains" flush>
      {data.domains.length > 0 ? (
        <ul>
          {data.domains.map((domain) => (
            <DomainRow
              key={domain.hostname}
              domain={domain}
              pointsTo={data.pointsTo}
              onChanged={changed}
            />
          ))}
        </ul>
      ) : (
        <p className="p-4 text-sm text-muted">
          None. With a name of your own, clients reach this server at{' '}
          <span className="font-mono">https://tools.your-company.com/mcp</span>.
        </p>
      )}
      {can.update ? <AddDomain onAdded={changed} /> : null}
    </Card>
  )
}
