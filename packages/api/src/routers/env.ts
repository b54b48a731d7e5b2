import { listEnvVars, setEnvVar, unsetEnvVar } from '@moorage/deployments/env-vars'
import { z } from 'zod'
import { router, serverProcedure } from '../trpc.ts'

const scope = z.enum(['production', 'preview']).default('production')

/** With scope preview: of the previews of this branch alone. */
const branch = z.string().max(255).optional()

/** Values count from the next deployment or restart on. */
export const envRouter = router({
  list: serverProcedure('env.read').query(({ ctx }) =>
    listEnvVars(ctx.deps, { serverId: ctx.server.id }),
  ),

  set: serverProcedure('env.write')
    .input(
      z.object({
        key: z.string(),
        value: z.string(),
        scope,
        branch,
        /** False: the value can be read again by those who may. */
        writeOnly: z.boolean().default(true),
      }),
    )
    .mutation(async ({ ctx, input: { slug: _, ...variable } }) => {
      await setEnvVar(ctx.deps, { ...variable, serverId: ctx.server.id })
      return { key: variable.key }
    }),

  unset: serverProcedure('env.write')
    .input(z.object({ key: z.string(), scope, branch }))
    .mutation(async ({ ctx, input }) => {
      const { key, scope, branch } = input
      await unsetEnvVar(ctx.deps, { serverId: ctx.server.id, key, scope, branch })
      return { key: input.key }
    }),
})
