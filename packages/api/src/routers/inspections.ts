import { createInspection, inspectionView, readInspection } from '@moorage/deployments/inspection'
import { z } from 'zod'
import { actorOf, router, signedIn } from '../trpc.ts'
import { watchView } from '../watch-view.ts'
import { chooseTeam } from './servers.ts'

const inspectionInput = z.object({ team: z.string().optional(), id: z.string().max(40) })

/** A look at a repository before there is a server: what could be deployed from it, and how. */
export const inspectionsRouter = router({
  /** For https repositories; the default branch where none is named. */
  create: signedIn
    .input(
      z.object({
        team: z.string().optional(),
        repoUrl: z.string().max(2000),
        branch: z.string().max(255).optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const teamId = await chooseTeam(ctx, input.team)
      const { repoUrl, branch } = input
      return inspectionView(
        await createInspection(ctx.deps, { teamId, repoUrl, branch }, actorOf(ctx.principal)),
      )
    }),

  get: signedIn.input(inspectionInput).query(async ({ ctx, input }) => {
    const teamId = await chooseTeam(ctx, input.team)
    return readInspection(ctx.deps, { teamId, inspectionId: input.id })
  }),

  /** It now and after every change, until it is done or has failed. */
  watch: signedIn.input(inspectionInput).subscription(async function* ({ ctx, input, signal }) {
    const inspection = { teamId: await chooseTeam(ctx, input.team), inspectionId: input.id }
    yield* watchView(
      ctx.deps.events,
      {
        concerns: (event) => event.type === 'inspection' && event.inspectionId === input.id,
        read: () => readInspection(ctx.deps, inspection),
        isLast: ({ status }) => status === 'done' || status === 'failed',
        pollMs: 2_000,
      },
      signal ?? new AbortController().signal,
    )
  }),
})
