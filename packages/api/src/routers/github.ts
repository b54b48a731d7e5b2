import { mayOperate, requireOperator } from '@moorage/access/operator'
import {
  connectAccount,
  disconnectAccount,
  foundInstallations,
  startConnecting,
} from '@moorage/deployments/github/connect-account'
import {
  findGithubApp,
  forgetGithubApp,
  type GithubAppView,
} from '@moorage/deployments/github/github-app'
import { listAccounts } from '@moorage/deployments/github/list-accounts'
import { listRepositories } from '@moorage/deployments/github/repositories'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { actorOf, router, signedIn, teamProcedure } from '../trpc.ts'

/** The platform's App at GitHub, and the accounts there that a team has connected. */
export const githubRouter = router({
  get: teamProcedure('team.read').query(async ({ ctx }) => {
    const app = await findGithubApp(ctx.deps)
    const view: GithubAppView | null = app && {
      ...{ name: app.name, page: app.page },
      hasWebhook: app.webhookSecret !== null,
    }
    return {
      app: view,
      accounts: await listAccounts(ctx.deps, { teamId: ctx.team.id }),
      mayOperate: await mayOperate(ctx.deps, ctx.principal),
    }
  }),

  /** For operators: forgets its keys, and every team's accounts with them. */
  forgetApp: signedIn.mutation(async ({ ctx }) => {
    await requireOperator(ctx.deps, ctx.principal)
    await forgetGithubApp(ctx.deps, actorOf(ctx.principal))
  }),

  /** Where to show GitHub who one is, and where to install the App first. */
  startConnecting: teamProcedure('team.update').mutation(async ({ ctx }) => {
    if (ctx.principal.kind === 'key')
      throw new AppError('bad_input', 'A person connects an account at GitHub, no API key.', {
        hint: 'Sign in to the dashboard: Team, GitHub.',
      })
    return startConnecting(ctx.deps, { userId: ctx.principal.id, teamId: ctx.team.id })
  }),

  /** What GitHub said is the caller's own, when they came back from there. */
  found: teamProcedure('team.update')
    .input(z.object({ visit: z.string().max(40) }))
    .query(({ ctx, input }) =>
      foundInstallations(ctx.deps, {
        ...{ id: input.visit, userId: ctx.principal.id, teamId: ctx.team.id },
      }),
    ),

  connect: teamProcedure('team.update')
    .input(z.object({ visit: z.string().max(40), installationId: z.number().int() }))
    .mutation(({ ctx, input: { visit: visitId, installationId } }) => {
      const input = { visitId, installationId, teamId: ctx.team.id }
      return connectAccount(ctx.deps, input, actorOf(ctx.principal))
    }),

  disconnect: teamProcedure('team.update')
    .input(z.object({ id: z.string().max(40) }))
    .mutation(({ ctx, input: { id } }) =>
      disconnectAccount(ctx.deps, { id, teamId: ctx.team.id }, actorOf(ctx.principal)),
    ),

  /** What the team's accounts let the App see, what was pushed to last first. */
  repositories: teamProcedure('server.create').query(({ ctx }) =>
    listRepositories(ctx.deps, { teamId: ctx.team.id }),
  ),
})
