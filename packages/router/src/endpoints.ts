import type { Principal } from './authenticate.ts'
import { endpointTokens } from './legacy-endpoint.ts'
import { sessionNotFound } from './refusal.ts'
import type { InstanceEntry, Table } from './table.ts'

/** A session of the HTTP+SSE transport (2024-11-05): it lives as long as its GET stream. */
export type Endpoint = {
  serverId: string
  instanceId: string
  principalId: string
  tokens: string[]
  /** Ids of requests whose answers are still to come on the stream. */
  pending: Set<string | number>
}

export type Endpoints = {
  open(from: Omit<Endpoint, 'tokens' | 'pending'>, pathAndQuery: string): Endpoint
  close(endpoint: Endpoint): void
  /** Null where the path is no endpoint's. Throws where it is another principal's. */
  find(serverId: string, pathAndQuery: string, principal: Principal | null): Endpoint | null
  instanceFor(
    serverId: string,
    pathAndQuery: string,
    principal: Principal | null,
  ): InstanceEntry | null
}

export function createEndpoints(table: Table): Endpoints {
  const endpoints = new Map<string, Endpoint>()

  const find: Endpoints['find'] = (serverId, pathAndQuery, principal) => {
    if (endpoints.size === 0) return null
    for (const token of endpointTokens(pathAndQuery)) {
      const endpoint = endpoints.get(`${serverId} ${token}`)
      if (!endpoint) continue
      if (endpoint.principalId !== principal?.id) throw sessionNotFound()
      return endpoint
    }
    return null
  }

  return {
    find,
    instanceFor: (serverId, pathAndQuery, principal) => {
      const endpoint = find(serverId, pathAndQuery, principal)
      return endpoint ? (table.instance(endpoint.instanceId) ?? null) : null
    },
    open: (from, pathAndQuery) => {
      const tokens = endpointTokens(pathAndQuery)
      const endpoint: Endpoint = { ...from, tokens, pending: new Set() }
      for (const token of tokens) endpoints.set(`${from.serverId} ${token}`, endpoint)
      return endpoint
    },
    close: (endpoint) => {
      for (const token of endpoint.tokens) {
        const key = `${endpoint.serverId} ${token}`
        if (endpoints.get(key) === endpoint) endpoints.delete(key)
      }
    },
  }
}
