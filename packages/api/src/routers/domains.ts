import { isIP } from 'node:net'
import { addDomain, listDomains, removeDomain, verifyDomain } from '@moorage/deployments/domains'
import { z } from 'zod'
import { actorOf, type Context, router, serverProcedure } from '../trpc.ts'

const hostnameInput = z.object({ hostname: z.string().min(1).max(260) })

/** Host names of a team's own. */
export const domainsRouter = router({
  /** `pointsTo`: the record that leads clients here; null where nobody outside can reach the router. */
  list: serverProcedure('server.read').query(async ({ ctx }) => ({
    pointsTo: recordTo(new URL(ctx.urls.routerUrl).hostname),
    domains: await listDomains(ctx.deps, { serverId: ctx.server.id }),
  })),

  add: serverProcedure('server.update')
    .input(hostnameInput)
    .mutation(({ ctx, input }) => {
      const target = { ...targetOf(ctx.server), hostname: input.hostname, ours: ownNames(ctx.urls) }
      return addDomain(ctx.deps, target, actorOf(ctx.principal))
    }),

  verify: serverProcedure('server.update')
    .input(hostnameInput)
    .mutation(({ ctx, input }) =>
      verifyDomain(
        ctx.deps,
        { ...targetOf(ctx.server), hostname: input.hostname },
        actorOf(ctx.principal),
      ),
    ),

  remove: serverProcedure('server.update')
    .input(hostnameInput)
    .mutation(async ({ ctx, input: { hostname } }) => {
      await removeDomain(ctx.deps, { ...targetOf(ctx.server), hostname }, actorOf(ctx.principal))
      return { removed: hostname }
    }),
})

function targetOf({ id: serverId, teamId }: { id: string; teamId: string }) {
  return { serverId, teamId }
}

function ownNames(urls: Context['urls']): string[] {
  return [urls.routerUrl, urls.gitUrl, urls.dashboardUrl].map((url) => new URL(url).hostname)
}

function recordTo(hostname: string): { type: 'A' | 'AAAA' | 'CNAME'; value: string } | null {
  const value = hostname.replace(/^\[|\]$/g, '')
  if (value === 'localhost' || value === '::1' || /^127\./.test(value)) return null
  const kind = isIP(value)
  return { type: kind === 0 ? 'CNAME' : kind === 4 ? 'A' : 'AAAA', value }
}
