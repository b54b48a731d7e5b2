import { z } from 'zod'
import { readFields } from './read-fields.ts'

/** What gets a preview: nothing, pull requests, or these and every branch. */
export const previewChoices = ['none', 'requests', 'branches'] as const

/** A path of a repository with git's wildcards: `*` within a directory, `**` across them. */
const watchPath = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(
    /^(?!\/)[^\p{Cc}\\]+$/u,
    'Use paths from the root of the repository, such as packages/core/**.',
  )

const pushing = {
  previews: z.enum(previewChoices),
  maxPreviews: z.number().int().min(1).max(50),
  /** Days after its last deployment. */
  previewDays: z.number().int().min(1).max(90),
  /** Only a change below these deploys the server; none: its root directory. */
  watchPaths: z.array(watchPath).max(50),
  /** Look at the branch from time to time, for webhooks that were lost or never set up. */
  checkBranch: z.boolean(),
  /** A new version that removes or changes tools waits, before it goes live, until somebody agrees. */
  approveTools: z.boolean(),
}

export type Pushing = z.infer<z.ZodObject<typeof pushing>>

/** What a caller may set; what is left out stays as it is. */
export const pushingInputSchema = z.strictObject(pushing).partial()

export const defaultPushing: Pushing = {
  previews: 'branches',
  maxPreviews: 5,
  previewDays: 7,
  watchPaths: [],
  checkBranch: true,
  approveTools: false,
}

/** What a push to a server does, from Server.pushing. Never throws: a bad value is the default. */
export function readPushing(value: unknown): Pushing {
  return readFields(pushing, defaultPushing, value)
}
