import type { Mail } from '@moorage/access/mail'
import { authorize, notFound, type Principal, teamIds } from '@moorage/access/principal'
import type { JobQueue } from '@moorage/bus/jobs'
import type { Server, Team } from '@moorage/db/client'
import type { Actor, Deps } from '@moorage/deployments/deps'
import type { GithubClient } from '@moorage/deployments/github/github-client'
import type { RepoUrlPolicy } from '@moorage/deployments/repo-url'
import type { Urls } from '@moorage/deployments/views'
import { AppError, errorTable, toAppError } from '@moorage/domain/error'
import type { Action } from '@moorage/domain/permission'
import { initTRPC, TRPCError } from '@trpc/server'
import superjson from 'superjson'
import { z } from 'zod'
import { whileAllowed } from './while-allowed.ts'

/** What every request brings along. The edge (apps/web) makes it. */
export type Context = {
  principal: Principal | null
  /** The same, asked anew: what was said for a stream at its start may have been taken back. */
  principalNow: () => Promise<Principal | null>
  deps: Deps & {
    repoUrlPolicy: RepoUrlPolicy
    inspectionQueue: JobQueue
    github: GithubClient
    /** Null: there is no mail server, so links are shown to who makes them. */
    mail: Mail | null
    /** Whether anyone may make an account. */
    openSignUp: boolean
  }
  urls: Urls & { dashboardUrl: string }
  version: string
  /** For faults of ours: the operator's log. */
  reportError: (error: AppError, path: string) => void
}

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  sse: { ping: { enabled: true, intervalMs: 15_000 } },
  errorFormatter({ shape, error }) {
    const app = error.cause instanceof AppError ? error.cause : fromTrpc(error)
    return {
      ...shape,
      message: app.userMessage,
      data: { ...shape.data, stack: undefined, error: { code: app.code, hint: app.hint } },
    }
  },
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/** Throws every error as a TRPCError that carries its AppError. */
const translated = t.procedure.use(async ({ ctx, path, next }) => {
  const result = await next()
  if (result.ok) return result
  if (result.error.code !== 'INTERNAL_SERVER_ERROR') return result
  const error = toAppError(result.error.cause ?? result.error)
  if (errorTable[error.code].fault === 'platform') ctx.reportError(error, path)
  throw new TRPCError({
    code: errorTable[error.code].trpcCode,
    message: error.userMessage,
    cause: error,
  })
})

export const publicProcedure = translated

export const signedIn = translated.use(async ({ ctx, next, type }) => {
  const principal = signedInAs(ctx.principal)
  const result = await next({ ctx: { ...ctx, principal } })
  if (type !== 'subscription' || !result.ok) return result
  const { principalNow } = ctx
  const by = { events: ctx.deps.events, principal, principalNow }
  return { ...result, data: whileAllowed(by, result.data as AsyncIterable<unknown>) }
})

/** Throws `unauthenticated` for nobody. */
export function signedInAs(principal: Principal | null): Principal {
  if (principal) return principal
  throw new AppError('unauthenticated', 'Sign in first, or send an API key.', {
    hint: 'Authorization: Bearer mrg_...   With the CLI: moorage login',
  })
}

export const slugInput = z.object({ slug: z.string().min(1).max(80) })

/** A procedure about one server: it is found, and the caller may do `action` with it, or it ends here. */
export function serverProcedure(action: Action) {
  return signedIn.input(slugInput).use(async ({ ctx, input, next }) => {
    const server = await findServer(ctx, input.slug, action)
    return next({ ctx: { ...ctx, server } })
  })
}

/** Throws `not_found` for another team's as for none, `forbidden` where the principal may not. */
export async function findServer(
  ctx: { deps: Context['deps']; principal: Principal },
  slug: string,
  action: Action,
): Promise<Server> {
  const server = await ctx.deps.db.server.findUnique({ where: { slug } })
  if (!server) throw notFound('server')
  authorize(ctx.principal, action, { teamId: server.teamId, serverId: server.id })
  return server
}

export const teamInput = z.object({ team: z.string().min(1).max(80).optional() })

/** A procedure about one team: the one that is named, or the only one of the caller's. */
export function teamProcedure(action: Action) {
  return signedIn.input(teamInput).use(async ({ ctx, input, next }) => {
    const team = await findTeam(ctx, input.team, action)
    return next({ ctx: { ...ctx, team } })
  })
}

/** By its slug, or the only one that the principal is in. Throws as `findServer`, and `bad_input` where there are several. */
export async function findTeam(
  ctx: { deps: Context['deps']; principal: Principal },
  slug: string | undefined,
  action: Action,
): Promise<Team> {
  const ids = teamIds(ctx.principal)
  if (slug === undefined && ids.length > 1)
    throw new AppError('bad_input', 'You are in several teams: say which.', {
      hint: 'Give "team".',
    })
  const team = await ctx.deps.db.team.findFirst({
    where: { id: { in: ids }, ...(slug === undefined ? {} : { slug }) },
  })
  if (!team) throw notFound('team')
  authorize(ctx.principal, action, { teamId: team.id })
  return team
}

/** What only a person can do: a key stands for its own team alone. */
export function onlyPeople(principal: Principal): Principal & { kind: 'user' } {
  if (principal.kind === 'user') return principal
  throw new AppError('forbidden', 'A person does this, no API key.', {
    hint: 'Sign in to the dashboard.',
  })
}

/** Who did it, for the audit log: a person by e-mail, a key by its name. */
export function actorOf(principal: Principal): Actor {
  return { id: principal.id, name: principal.kind === 'user' ? principal.email : principal.name }
}

/** Errors that tRPC made itself: input that zod refused, unknown paths, wrong methods. */
function fromTrpc(error: TRPCError): AppError {
  if (error.cause instanceof z.ZodError) {
    const issue = error.cause.issues[0]
    const where = issue?.path.join('.')
    return new AppError(
      'bad_input',
      `${where ? `${where}: ` : ''}${issue?.message ?? 'Bad input.'}`,
    )
  }
  if (error.code === 'NOT_FOUND') return new AppError('not_found', 'There is no such procedure.')
  if (error.code === 'INTERNAL_SERVER_ERROR') return toAppError(error.cause ?? error)
  return new AppError('bad_input', error.message)
}
