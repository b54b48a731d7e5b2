import { attachVolume, destroyVolume, keptVolumes } from '@moorage/deployments/volumes/kept-volumes'
import { detachVolume, setVolume } from '@moorage/deployments/volumes/set-volume'
import {
  askForBackup,
  askForRestore,
  removeBackup,
} from '@moorage/deployments/volumes/volume-backups'
import { backupView, keptVolumeView, volumeView } from '@moorage/deployments/volumes/volume-view'
import { z } from 'zod'
import { actorOf, router, serverProcedure, teamProcedure } from '../trpc.ts'

const idInput = z.object({ id: z.string().max(80) })

/** The directory of a server's that outlives its instances, and the backups of it. */
export const volumesRouter = router({
  /** Null where the server has none. */
  get: serverProcedure('server.read').query(({ ctx }) => volumeView(ctx.deps, ctx.server.id)),

  /** Gives it one, or changes what is named; counts from the next deployment on. */
  set: serverProcedure('server.update')
    .input(
      z.object({
        path: z.string().max(300).optional(),
        maxBytes: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).nullable().optional(),
        backupDaily: z.boolean().optional(),
      }),
    )
    .mutation(async ({ ctx, input: { path, maxBytes, backupDaily } }) => {
      const limit = maxBytes == null ? maxBytes : BigInt(maxBytes)
      const change = { path, maxBytes: limit, backupDaily }
      await setVolume(ctx.deps, ctx.server, change, actorOf(ctx.principal))
      return volumeView(ctx.deps, ctx.server.id)
    }),

  detach: serverProcedure('server.delete').mutation(async ({ ctx }) => {
    await detachVolume(ctx.deps, ctx.server, actorOf(ctx.principal))
    return { detached: true }
  }),

  backup: serverProcedure('server.update').mutation(async ({ ctx }) =>
    backupView(await askForBackup(ctx.deps, ctx.server, actorOf(ctx.principal))),
  ),

  restore: serverProcedure('server.update')
    .input(idInput)
    .mutation(async ({ ctx, input: { id } }) => {
      await askForRestore(ctx.deps, ctx.server, id, actorOf(ctx.principal))
      return { restoring: id }
    }),

  removeBackup: serverProcedure('server.delete')
    .input(idInput)
    .mutation(async ({ ctx, input: { id } }) => {
      await removeBackup(ctx.deps, ctx.server, id, actorOf(ctx.principal))
      return { removed: id }
    }),

  /** Those that no server has any more; each for seven days. */
  kept: teamProcedure('server.read').query(async ({ ctx }) =>
    (await keptVolumes(ctx.deps, ctx.team.id)).map(keptVolumeView),
  ),

  /** Gives a kept one to a server that has none. */
  attach: serverProcedure('server.update')
    .input(idInput)
    .mutation(async ({ ctx, input: { id } }) => {
      await attachVolume(ctx.deps, ctx.server, id, actorOf(ctx.principal))
      return { attached: id }
    }),

  /** Removes a kept one for good. */
  destroy: teamProcedure('server.delete')
    .input(idInput)
    .mutation(async ({ ctx, input: { id } }) => {
      const of = { teamId: ctx.team.id, volumeId: id }
      await destroyVolume(ctx.deps, of, actorOf(ctx.principal))
      return { destroyed: id }
    }),
})
