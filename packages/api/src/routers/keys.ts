import {
  createApiKey,
  revokeApiKey,
  rotateApiKey,
  setKeyLimits,
  setKeyUses,
} from '@moorage/access/api-key'
import { authorize, may, notFound, type Principal, type Target } from '@moorage/access/principal'
import type { ApiKey } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { type Action, actions, type Scope, scopes, scopesMay } from '@moorage/domain/permission'
import { keyUsesSchema, readKeyUses } from '@moorage/domain/policy'
import { keyLimitsInputSchema, readKeyLimits } from '@moorage/domain/routing'
import { z } from 'zod'
import { type Context, findServer, findTeam, router, signedIn } from '../trpc.ts'

export const keysRouter = router({
  /** All of the team's keys, or with `slug` those for that server. */
  list: signedIn
    .input(z.object({ team: z.string().optional(), slug: z.string().optional() }).optional())
    .query(async ({ ctx, input }) => {
      const { teamId, serverId } = await target(ctx, input ?? {}, 'key.read')
      const rows = await ctx.deps.db.apiKey.findMany({
        where: { teamId, ...(serverId ? { serverId } : {}) },
        include: {
          server: { select: { slug: true } },
          serviceAccount: { select: { name: true } },
        },
        orderBy: { createdAt: 'desc' },
      })
      const makers = await ctx.deps.db.user.findMany({
        where: { id: { in: rows.flatMap((row) => row.createdById ?? []) } },
        select: { id: true, name: true },
      })
      return rows.map((row) => ({
        ...keyView(row),
        server: row.server?.slug ?? null,
        mayRotate: mayHaveSecret(ctx.principal, row),
        /** Whose it is, and with whom it ends; null: the team's own. */
        owner:
          row.serviceAccount?.name ?? makers.find(({ id }) => id === row.createdById)?.name ?? null,
      }))
    }),

  /** `key` is in this answer and can never be read again. */
  create: signedIn
    .input(
      z.object({
        team: z.string().optional(),
        /** Good for this server only. */
        slug: z.string().optional(),
        /** Whose it is: a service account by its id; left out, the caller's own. */
        serviceAccount: z.string().max(40).optional(),
        name: z.string().trim().min(1).max(80),
        scopes: z.array(z.enum(scopes)).min(1).default(['call']),
        expiresInDays: z.number().int().min(1).max(3650).optional(),
        limits: keyLimitsInputSchema.optional(),
        /** What may be used with it, on top of what its server allows. */
        uses: keyUsesSchema.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { teamId, serverId } = await target(ctx, input, 'key.write')
      mayGive(ctx.principal, input.scopes, { teamId, ...(serverId ? { serverId } : {}) })
      const { key, record } = await createApiKey(ctx.deps, {
        teamId,
        serverId,
        name: input.name,
        scopes: input.scopes,
        expiresAt: input.expiresInDays
          ? new Date(Date.now() + input.expiresInDays * 86_400_000)
          : null,
        ...(await ownerOfNew(ctx, teamId, input.serviceAccount)),
        limits: input.limits,
        uses: input.uses,
      })
      return { ...keyView(record), server: input.slug ?? null, key }
    }),

  /** How much may be called with it; what is left out stays as it is. */
  setLimits: signedIn
    .input(z.object({ id: z.string().max(40), limits: keyLimitsInputSchema }))
    .mutation(async ({ ctx, input }) => {
      const { teamId, id: keyId } = await changeable(ctx, input.id)
      return keyView(await setKeyLimits(ctx.deps, { teamId, keyId, limits: input.limits }))
    }),

  /** What may be used with it; null: everything. Counts at once. */
  setUses: signedIn
    .input(z.object({ id: z.string().max(40), uses: keyUsesSchema.nullable() }))
    .mutation(async ({ ctx, input: { id, uses } }) => {
      const { teamId, id: keyId } = await changeable(ctx, id)
      return keyView(await setKeyUses(ctx.deps, { teamId, keyId, uses }))
    }),

  /** Another secret for the same key: `key` is in this answer and can never be read again. */
  rotate: signedIn
    .input(
      z.object({
        id: z.string().max(40),
        /** For how long the secret of until now stays good. */
        overlapHours: z.number().int().min(0).max(720).default(24),
      }),
    )
    .mutation(async ({ ctx, input: { id, overlapHours } }) => {
      const before = await changeable(ctx, id)
      if (!mayHaveSecret(ctx.principal, before))
        throw new AppError('forbidden', 'Only whose key it is can replace its secret.', {
          hint: 'Revoke it, and make another one.',
        })
      const { teamId, id: keyId } = before
      const { key, record } = await rotateApiKey(ctx.deps, { teamId, keyId, overlapHours })
      return { ...keyView(record), key }
    }),

  revoke: signedIn.input(z.object({ id: z.string().max(40) })).mutation(async ({ ctx, input }) => {
    const row = await changeable(ctx, input.id)
    await revokeApiKey(ctx.deps, { teamId: row.teamId, keyId: row.id })
    return { id: row.id }
  }),
})

/** A key that makes another has it belong to its own owner, so that both end with them. */
async function ownerOfNew(
  ctx: Pick<Context, 'deps'> & { principal: Principal },
  teamId: string,
  serviceAccountId: string | undefined,
): Promise<{ createdById: string | null; serviceAccountId?: string }> {
  if (serviceAccountId !== undefined) {
    authorize(ctx.principal, 'service-account.write', { teamId })
    const where = { id: serviceAccountId, teamId }
    if (!(await ctx.deps.db.serviceAccount.findFirst({ where }))) throw notFound('service account')
    return { createdById: null, serviceAccountId }
  }
  const { principal } = ctx
  if (principal.kind === 'user') return { createdById: principal.id }
  const { owner } = principal
  return owner?.kind === 'service-account'
    ? { createdById: null, serviceAccountId: owner.id }
    : { createdById: owner?.id ?? null }
}

/** Throws where a key of these scopes could do what the caller may not. */
function mayGive(principal: Principal, given: Scope[], where: Target): void {
  for (const action of actions) if (scopesMay(given, action)) authorize(principal, action, where)
}

/** The key, if the caller may change it and all that it may do. */
async function changeable(
  ctx: Pick<Context, 'deps'> & { principal: Principal },
  id: string,
): Promise<ApiKey> {
  const row = await ctx.deps.db.apiKey.findUnique({ where: { id } })
  if (!row) throw notFound('key')
  const where = { teamId: row.teamId, ...(row.serverId ? { serverId: row.serverId } : {}) }
  authorize(ctx.principal, 'key.write', where)
  mayGive(ctx.principal, row.scopes, where)
  return row
}

/** The new secret stands for its owner, and ends with them: who is somebody else must not have it. */
function mayHaveSecret(principal: Principal, key: ApiKey): boolean {
  const { teamId, serviceAccountId } = key
  const owner = serviceAccountId ?? key.createdById
  const self = principal.kind === 'user' ? principal.id : principal.owner?.id
  if (owner === null || owner === self) return true
  return serviceAccountId !== null && may(principal, 'service-account.write', { teamId })
}

function keyView(row: ApiKey) {
  const { id, name, prefix, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = row
  const isOverlapping = row.formerUntil !== null && row.formerUntil > new Date()
  return {
    ...{ id, name, prefix, scopes, createdAt, expiresAt, revokedAt, lastUsedAt },
    limits: readKeyLimits(row.limits),
    uses: readKeyUses(row.uses),
    /** Until when the secret that was replaced is good as well; null: there is none. */
    formerUntil: isOverlapping ? row.formerUntil : null,
  }
}

/** The server that was named, or the whole of a team. */
async function target(
  ctx: Pick<Context, 'deps'> & { principal: Principal },
  input: { team?: string | undefined; slug?: string | undefined },
  action: Action,
): Promise<{ teamId: string; serverId: string | null }> {
  if (input.slug) {
    const server = await findServer(ctx, input.slug, action)
    return { teamId: server.teamId, serverId: server.id }
  }
  return { teamId: (await findTeam(ctx, input.team, action)).id, serverId: null }
}
