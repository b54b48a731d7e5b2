import { authorize, notFound, type Principal } from '@moorage/access/principal'
import {
  listCallerSecrets,
  removeCallerSecret,
  setCallerSecret,
} from '@moorage/deployments/caller-secrets'
import { AppError } from '@moorage/domain/error'
import { mayCall, readPolicy } from '@moorage/domain/policy'
import { z } from 'zod'
import { callerAs } from '../caller-as.ts'
import { router, signedIn, slugInput } from '../trpc.ts'

/** About a server that the caller may call, be it that they see nothing else of it; and about themselves. */
const callerProcedure = signedIn.input(slugInput).use(async ({ ctx, input, next }) => {
  const { principal, deps } = ctx
  const server = await deps.db.server.findUnique({ where: { slug: input.slug } })
  if (!server) throw notFound('server')
  const { id: serverId, teamId } = server
  if (principal.kind === 'key') authorize(principal, 'server.call', { teamId, serverId })
  if (!mayCall(readPolicy(server.policy), callerAs(principal, teamId))) throw notFound('server')
  const whose = { serverId, userId: personOf(principal) }
  return next({ ctx: { ...ctx, server, whose } })
})

/** What the server asks of each caller, and the caller's own values: they are written and never read. */
export const mySecretsRouter = router({
  list: callerProcedure.query(async ({ ctx: { deps, server, whose } }) => ({
    server: { name: server.name, slug: server.slug, access: server.access },
    secrets: await listCallerSecrets(deps, whose),
  })),

  set: callerProcedure
    .input(z.object({ name: z.string(), value: z.string() }))
    .mutation(async ({ ctx, input: { name, value } }) => {
      await setCallerSecret(ctx.deps, { ...ctx.whose, name, value })
      return { name }
    }),

  remove: callerProcedure
    .input(z.object({ name: z.string() }))
    .mutation(async ({ ctx, input: { name } }) => {
      await removeCallerSecret(ctx.deps, { ...ctx.whose, name })
      return { name }
    }),
})

/** Themselves, or whose key it is. */
function personOf(principal: Principal): string {
  if (principal.kind === 'user') return principal.id
  if (principal.owner?.kind === 'user') return principal.owner.id
  throw new AppError('bad_input', 'This key is of no person, so it has no secrets of its own.', {
    hint: 'Sign in to the dashboard, or use a key that a person has made.',
  })
}
