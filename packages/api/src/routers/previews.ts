import { approvePreview } from '@moorage/deployments/approve-preview'
import { listPreviews, type PreviewView } from '@moorage/deployments/list-previews'
import { promotePreview } from '@moorage/deployments/promote-preview'
import { removePreview } from '@moorage/deployments/remove-preview'
import { z } from 'zod'
import { actorOf, router, serverProcedure } from '../trpc.ts'
import { watchView } from '../watch-view.ts'

const nameInput = z.object({ name: z.string().max(63) })

/** Branches and pull requests of a server, each live beside it. */
export const previewsRouter = router({
  list: serverProcedure('server.read').query(({ ctx }) =>
    listPreviews(ctx.deps, ctx.server, ctx.urls),
  ),

  /** The list now and after every change in it. */
  watch: serverProcedure('server.read').subscription(async function* ({ ctx, signal }) {
    const { id } = ctx.server
    yield* watchView<PreviewView[]>(
      ctx.deps.events,
      {
        concerns: (event) =>
          (event.type === 'server' || event.type === 'deployment') && event.serverId === id,
        read: () => listPreviews(ctx.deps, ctx.server, ctx.urls),
        pollMs: 5_000,
      },
      signal ?? new AbortController().signal,
    )
  }),

  remove: serverProcedure('deployment.create')
    .input(nameInput)
    .mutation(async ({ ctx, input: { name } }) => {
      const { id: serverId, teamId } = ctx.server
      await removePreview(ctx.deps, { teamId, serverId, name }, actorOf(ctx.principal))
      return { removed: name }
    }),

  /** Lets this commit of a fork run, without any secret. */
  approve: serverProcedure('deployment.create')
    .input(nameInput.extend({ commitSha: z.string().length(40) }))
    .mutation(async ({ ctx, input: { name, commitSha } }) => {
      const { id: serverId, teamId } = ctx.server
      const target = { teamId, serverId, name, commitSha }
      const { id } = await approvePreview(ctx.deps, target, actorOf(ctx.principal))
      return { id }
    }),

  /** Puts what is live there into production, without a build and with production's environment. */
  promote: serverProcedure('deployment.create')
    .input(nameInput)
    .mutation(async ({ ctx, input: { name } }) => {
      const { id: serverId, teamId, slug } = ctx.server
      const target = { teamId, serverId, name }
      const { id } = await promotePreview(ctx.deps, target, actorOf(ctx.principal))
      return { id, slug }
    }),
})
