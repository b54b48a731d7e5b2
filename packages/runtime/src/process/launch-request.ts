import { z } from 'zod'

/** What the driver tells a launcher, over the channel between them: a file would keep the secrets. */
export const launchRequestSchema = z.object({
  instanceDir: z.string(),
  cwd: z.string(),
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
})
export type LaunchRequest = z.infer<typeof launchRequestSchema>

export const launchAnswerSchema = z.object({ error: z.string().nullable() })
export type LaunchAnswer = z.infer<typeof launchAnswerSchema>
