import { completeSetup } from '@moorage/access/setup'
import { z } from 'zod'
import { publicProcedure, router } from '../trpc.ts'

export const setupRouter = router({
  /** The first person. The token comes from the one-time link that the platform printed. */
  complete: publicProcedure
    .input(
      z.object({
        token: z.string().min(1).max(200),
        name: z.string().trim().min(1, 'Enter your name.').max(80),
        email: z.email('Enter an e-mail address.').max(200),
        password: z.string().min(10, 'Use 10 characters or more.').max(128),
        teamName: z.string().trim().min(1, 'Name your team.').max(80),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await completeSetup(ctx.deps, input)
      return { email: input.email }
    }),
})
