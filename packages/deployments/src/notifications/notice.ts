import { z } from 'zod'

/** What a team is told, as a webhook's JSON body has it. Holds no secret and no line of a log. */
export const noticeSchema = z.object({
  event: z.enum(['live', 'failed', 'crash_loop', 'test']),
  team: z.string(),
  server: z.object({ slug: z.string(), name: z.string() }).nullable(),
  deployment: z
    .object({
      id: z.string(),
      kind: z.string(),
      commit: z.string().nullable(),
      message: z.string().nullable(),
      /** Of one that failed: the step and why. */
      failure: z
        .object({ step: z.string(), message: z.string(), hint: z.string().nullable() })
        .nullable(),
    })
    .nullable(),
  at: z.iso.datetime(),
})
export type Notice = z.infer<typeof noticeSchema>

/** In one line, for people. */
export function noticeLine({ event, server, deployment }: Notice): string {
  const name = server?.slug ?? 'Moorage'
  const commit = deployment?.commit ? ` (${deployment.commit.slice(0, 7)})` : ''
  switch (event) {
    case 'live':
      return `${name} is live${commit}.`
    case 'failed':
      return `A deployment of ${name}${commit} failed in ${deployment?.failure?.step ?? 'a step'}: ${deployment?.failure?.message ?? 'unknown'}`
    case 'crash_loop':
      return `${name} ends again and again; it is started anew after longer and longer pauses.`
    case 'test':
      return 'A test from Moorage: notices arrive here.'
  }
}
