import { z } from 'zod'
import { type ForgeMessage, pushEvent } from './forge-event.ts'

const schema = z.object({
  /** A full ref, or the name of a branch. */
  ref: z.string().min(1).max(255),
  /** Forty zeros: the branch was deleted. */
  commit: z.string().regex(/^[0-9a-f]{40}$/, 'A commit is named by its 40 hex digits.'),
  message: z.string().max(10_000).default(''),
})

/** What any program may send that holds the secret: `{ ref, commit, message? }`. Throws ZodError. */
export function readGeneric(_event: string, body: unknown): ForgeMessage {
  const { ref, commit, message } = schema.parse(body)
  const full = ref.startsWith('refs/') ? ref : `refs/heads/${ref}`
  return { repositories: [], events: [pushEvent(full, commit, message)] }
}
