import { rotateHookSecret } from '@moorage/deployments/webhooks/hook-secret'
import { listDeliveries, readPayload } from '@moorage/deployments/webhooks/list-deliveries'
import { redeliver } from '@moorage/deployments/webhooks/redeliver'
import { listRefusals } from '@moorage/deployments/webhooks/refusals'
import { z } from 'zod'
import { actorOf, router, serverProcedure } from '../trpc.ts'

const idInput = z.object({ id: z.string().max(40) })

/** What forges tell a server. */
export const webhooksRouter = router({
  /** Where forges are to send to, whether they may, and what they sent lately. */
  get: serverProcedure('server.read').query(async ({ ctx }) => {
    const { id: serverId, hookSecret } = ctx.server
    return {
      url: `${ctx.urls.dashboardUrl}/api/webhooks/${serverId}`,
      hasSecret: hookSecret !== null,
      deliveries: await listDeliveries(ctx.deps, { serverId }),
      /** By reason: nothing of what was refused is kept. */
      refusals: await listRefusals(ctx.deps, { serverId }),
    }
  }),

  /** What the forge sent; null where it is not kept any more. */
  payload: serverProcedure('server.update')
    .input(idInput)
    .query(async ({ ctx, input: { id } }) => ({
      payload: await readPayload(ctx.deps, { serverId: ctx.server.id, id }),
    })),

  /** `secret` is in this answer and can never be read again; the one before is refused from now on. */
  rotateSecret: serverProcedure('server.update').mutation(async ({ ctx }) => {
    const { id: serverId, teamId } = ctx.server
    const actor = actorOf(ctx.principal)
    return {
      url: `${ctx.urls.dashboardUrl}/api/webhooks/${serverId}`,
      secret: await rotateHookSecret(ctx.deps, { teamId, serverId }, actor),
    }
  }),

  redeliver: serverProcedure('deployment.create')
    .input(idInput)
    .mutation(async ({ ctx, input: { id } }) => {
      await redeliver(ctx.deps, { serverId: ctx.server.id, id })
      return { id }
    }),
})
