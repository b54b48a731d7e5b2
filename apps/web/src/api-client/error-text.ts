import { TRPCClientError } from '@trpc/client'
import { z } from 'zod'

const dataSchema = z.object({ error: z.object({ code: z.string(), hint: z.string().nullable() }) })

/** How routes beside tRPC say what is wrong. */
export const refusalSchema = z.object({
  error: z.object({ message: z.string(), hint: z.string().nullable() }),
})

export class Refusal extends Error {
  readonly hint: string | null

  constructor({ message, hint }: z.infer<typeof refusalSchema>['error']) {
    super(message)
    this.hint = hint
  }
}

/** What a failed call said, in the words meant for people. */
export function errorText(error: unknown): { message: string; hint: string | null } {
  if (error instanceof TRPCClientError) {
    const data = dataSchema.safeParse(error.data)
    if (data.success) return { message: error.message, hint: data.data.error.hint }
  }
  if (error instanceof Refusal) return { message: error.message, hint: error.hint }
  return {
    message: 'The dashboard does not answer.',
    hint: 'Check the connection and try again. Nothing was changed.',
  }
}
