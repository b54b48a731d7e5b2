import { findEndpoint } from '@moorage/access/endpoint'
import { listGrants, revokeGrant } from '@moorage/access/grants'
import { guardedScope, scopesFor } from '@moorage/access/oauth-scopes'
import { authorize, notFound, teamIds } from '@moorage/access/principal'
import { mayCall, mayUse, readPolicy, usesFor } from '@moorage/domain/policy'
import { isGuarded, readRouting } from '@moorage/domain/routing'
import { handshakeSchema } from '@moorage/mcp/handshake'
import { z } from 'zod'
import { callerAs } from '../caller-as.ts'
import { listSteps } from '../oauth-steps.ts'
import { router, serverProcedure, signedIn } from '../trpc.ts'

const grantInput = z.object({ id: z.string().max(40) })

export const oauthRouter = router({
  /** What a person has to know before they let a client call a server: which client, and which server. */
  question: signedIn
    .input(
      z.object({
        clientId: z.string().max(500),
        resource: z.string().max(1_000),
        scope: z.string().max(1_000).default(''),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { db } = ctx.deps
      const endpoint = await findEndpoint({ db, ...ctx.urls }, input.resource)
      if (!endpoint) throw notFound('server')
      const { principal } = ctx
      if (principal.kind === 'key') authorize(principal, 'server.call', endpoint)
      const { serverId, preview: name } = endpoint
      const [client, server, preview] = await Promise.all([
        db.oauthClient.findUnique({ where: { clientId: input.clientId } }),
        db.server.findUniqueOrThrow({
          where: { id: serverId },
          include: { team: true, route: { include: { deployment: true } } },
        }),
        name === null
          ? null
          : db.preview.findUnique({
              where: { serverId_name: { serverId, name } },
              include: { live: true },
            }),
      ])
      const policy = readPolicy(server.policy)
      const caller = callerAs(principal, server.teamId)
      if (!mayCall(policy, caller)) throw notFound('server')
      const live = preview ? preview.live : server.route?.deployment
      const handshake = handshakeSchema.safeParse(live?.handshake).data
      const uses = usesFor(policy, caller, null)
      const tools = (handshake?.tools ?? [])
        .map(({ name, description }) => ({ name, description }))
        .filter(({ name }) => mayUse(uses, 'tools', name))
      const routing = readRouting(server.routing)
      const mayGuarded = scopesFor(input.scope).includes(guardedScope)
      return {
        client: {
          name: client?.name ?? null,
          /** The host whose word its name is; null where it registered by itself. */
          knownBy: client?.clientDiscoveryId ? new URL(input.clientId).host : null,
        },
        server: { name: server.name, slug: server.slug, url: endpoint.url, preview: name },
        team: server.team.name,
        tools: tools.filter(({ name }) => mayGuarded || !isGuarded(routing, name)),
        /** Those that it asks for beyond what any client may, or null where it asks for none. */
        guarded: mayGuarded ? tools.filter(({ name }) => isGuarded(routing, name)) : null,
      }
    }),

  /** The clients that the caller themselves let call servers. */
  mine: signedIn.query(async ({ ctx }) => {
    if (ctx.principal.kind !== 'user') return []
    return listGrants(ctx.deps, { userId: ctx.principal.id })
  }),

  revokeMine: signedIn.input(grantInput).mutation(async ({ ctx, input }) => {
    if (ctx.principal.kind !== 'user') throw notFound('grant')
    await revokeGrant(ctx.deps, { grantId: input.id, userId: ctx.principal.id })
    return input
  }),

  /** The clients that call servers of a team, for whomever. */
  list: signedIn.input(z.object({ team: z.string().max(80) })).query(async ({ ctx, input }) => {
    const team = await ctx.deps.db.team.findFirst({
      where: { slug: input.team, id: { in: teamIds(ctx.principal) } },
    })
    if (!team) throw notFound('team')
    authorize(ctx.principal, 'grant.read', { teamId: team.id })
    return listGrants(ctx.deps, { teamId: team.id })
  }),

  revoke: signedIn.input(grantInput).mutation(async ({ ctx, input }) => {
    const grant = await ctx.deps.db.oauthGrant.findUnique({
      where: { id: input.id },
      include: { server: true },
    })
    if (!grant) throw notFound('grant')
    const { teamId } = grant.server
    authorize(ctx.principal, 'grant.revoke', { teamId })
    await revokeGrant(ctx.deps, { grantId: grant.id, teamId })
    return input
  }),

  /** What clients did on their way to this server within the last hour, newest first. */
  steps: serverProcedure('log.read').query(({ ctx }) => listSteps(ctx.deps, ctx.server.id)),
})
