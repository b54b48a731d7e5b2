import { settingsSchema } from '@moorage/build-plan/settings'
import { planSettings } from '@moorage/build-plan/settings-source'
import { readDocument } from '@moorage/deployments/read-document'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { router, signedIn } from '../trpc.ts'
import { chooseTeam } from './servers.ts'

const documentUrl = z.url({ protocol: /^https$/ }).max(2000)

export const plansRouter = router({
  /** The plan of a server that is made of its settings alone, or why there is none. Changes nothing. */
  preview: signedIn
    .input(
      z.object({
        team: z.string().optional(),
        settings: settingsSchema,
        document: z
          .string()
          .max(1024 * 1024)
          .optional(),
      }),
    )
    // A mutation, because a document does not fit into an address.
    .mutation(async ({ ctx, input }) => {
      await chooseTeam(ctx, input.team)
      try {
        return { plan: planSettings(input.settings, input.document ?? null), failure: null }
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'plan_failed') throw error
        return { plan: null, failure: { message: error.userMessage, hint: error.hint } }
      }
    }),

  /** An OpenAPI document at an address, as a deployment would read it, to choose operations from. */
  readDocument: signedIn
    .input(z.object({ team: z.string().optional(), url: documentUrl }))
    .mutation(async ({ ctx, input, signal }) => {
      await chooseTeam(ctx, input.team)
      const until = signal ?? new AbortController().signal
      const bytes = await readDocument(ctx.deps.repoUrlPolicy, input.url, until)
      return { text: bytes.toString('utf8') }
    }),
})
