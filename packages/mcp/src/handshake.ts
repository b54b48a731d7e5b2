import { z } from 'zod'

/** What a server said of itself in the handshake; stored on the deployment. Sizes are capped by the probe. */
export const handshakeSchema = z.object({
  /** The protocol revision agreed on, such as "2025-11-25" or "2026-07-28". */
  protocolVersion: z.string(),
  /** `legacy`: initialize and sessions; `modern`: 2026-07-28 and later, stateless. Both where both answered. */
  eras: z.array(z.enum(['legacy', 'modern'])),
  transport: z.enum(['streamable-http', 'sse']),
  serverInfo: z.object({ name: z.string(), version: z.string(), title: z.string().nullable() }),
  instructions: z.string().nullable(),
  tools: z.array(
    z.object({
      name: z.string(),
      title: z.string().nullable(),
      description: z.string().nullable(),
      inputSchema: z.unknown(),
    }),
  ),
  resources: z.array(
    z.object({ uri: z.string(), name: z.string(), description: z.string().nullable() }),
  ),
  prompts: z.array(z.object({ name: z.string(), description: z.string().nullable() })),
})
export type Handshake = z.infer<typeof handshakeSchema>
