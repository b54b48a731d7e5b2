import { z } from 'zod'

/** How the router treats a server, as it is kept in Server.routing. Unknown or bad values are the default. */
export const routingSchema = z.object({
  /** After a redeploy, open a client's legacy session anew on the new instance. */
  reopenSessions: z.boolean().default(true).catch(true),
})
export type Routing = z.infer<typeof routingSchema>

/** Never throws: a row that cannot be read is a server with the defaults. */
export function readRouting(value: unknown): Routing {
  return routingSchema.safeParse(value).data ?? routingSchema.parse({})
}
