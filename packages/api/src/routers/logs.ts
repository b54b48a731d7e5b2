import { notFound } from '@moorage/access/principal'
import { followLogs, followRequests } from '@moorage/logs/follow'
import { findRequest, lostRequests, queryLogs, queryRequests } from '@moorage/logs/query'
import { z } from 'zod'
import { router, serverProcedure } from '../trpc.ts'

const cursor = z.string().regex(/^\d{1,18}$/)
const page = z.object({
  after: cursor.optional(),
  before: cursor.optional(),
  limit: z.number().int().min(1).max(1000).default(200),
})
const filter = z.object({
  deploymentId: z.string().max(40).optional(),
  streams: z.array(z.enum(['build', 'stdout', 'stderr', 'system'])).optional(),
  search: z.string().max(200).optional(),
})
const requestFilter = z.object({
  failedOnly: z.boolean().optional(),
  payloads: z.boolean().optional(),
})
const from = z.object({ after: cursor.default('0') })

export const logsRouter = router({
  query: serverProcedure('log.read')
    .input(filter.extend(page.shape))
    .query(({ ctx, input }) => queryLogs(ctx.deps, { ...input, serverId: ctx.server.id }, input)),

  /** Batches of lines after the cursor, for as long as the caller stays. */
  follow: serverProcedure('log.read')
    .input(filter.extend(from.shape))
    .subscription(async function* ({ ctx, input, signal }) {
      const abort = signal ?? new AbortController().signal
      yield* followLogs(ctx.deps, { ...input, serverId: ctx.server.id }, input.after, abort)
    }),

  requests: serverProcedure('log.read')
    .input(requestFilter.extend(page.shape))
    .query(({ ctx, input }) =>
      queryRequests(ctx.deps, { ...input, serverId: ctx.server.id }, input),
    ),

  /** One of them with all that is known of it. */
  request: serverProcedure('log.read')
    .input(z.object({ id: cursor }))
    .query(async ({ ctx, input }) => {
      const found = await findRequest(ctx.deps, { serverId: ctx.server.id, id: input.id })
      if (!found) throw notFound('request')
      return found
    }),

  /** Lines that had to be dropped while the database was away, of all servers together. */
  lostRequests: serverProcedure('log.read').query(({ ctx }) => lostRequests(ctx.deps)),

  followRequests: serverProcedure('log.read')
    .input(requestFilter.extend(from.shape))
    .subscription(async function* ({ ctx, input, signal }) {
      const abort = signal ?? new AbortController().signal
      yield* followRequests(ctx.deps, { ...input, serverId: ctx.server.id }, input.after, abort)
    }),
})
