import type { BuildPlan, Reason } from './plan.ts'

/** How a server is spoken to, and why it is taken so. */
export type Endpoint = Pick<BuildPlan, 'path' | 'transport' | 'port'> & { reasons: Reason[] }

/** The bridge in front of a server on stdio listens on this port, and serves this path. */
export function stdioEndpoint(because: string): Endpoint {
  return {
    transport: 'stdio',
    path: '/mcp',
    port: 8000,
    reasons: [{ choice: 'Transport', value: 'stdio', because: `${because}; a bridge serves it` }],
  }
}
