import {
  listBuildSecrets,
  setBuildSecret,
  unsetBuildSecret,
} from '@moorage/deployments/build-secrets'
import { z } from 'zod'
import { router, serverProcedure } from '../trpc.ts'

/** What the server's builds may need: names are read here, values never. */
export const buildSecretsRouter = router({
  list: serverProcedure('env.read').query(({ ctx }) =>
    listBuildSecrets(ctx.deps, { serverId: ctx.server.id }),
  ),

  set: serverProcedure('env.write')
    .input(z.object({ name: z.string(), value: z.string() }))
    .mutation(async ({ ctx, input: { name, value } }) => {
      await setBuildSecret(ctx.deps, { serverId: ctx.server.id, name, value })
      return { name }
    }),

  unset: serverProcedure('env.write')
    .input(z.object({ name: z.string() }))
    .mutation(async ({ ctx, input: { name } }) => {
      await unsetBuildSecret(ctx.deps, { serverId: ctx.server.id, name })
      return { name }
    }),
})
