import { z } from 'zod'
import { type ForgeEvent, type ForgeMessage, pushEvent } from './forge-event.ts'

const repository = z.object({
  full_name: z.string(),
  links: z.object({ html: z.object({ href: z.string() }) }),
})
const ref = z.object({ type: z.string(), name: z.string() })
const pushSchema = z.object({
  repository,
  push: z.object({
    changes: z.array(
      z.object({
        new: ref
          .extend({ target: z.object({ hash: z.string(), message: z.string().default('') }) })
          .nullable(),
        old: ref.nullable(),
      }),
    ),
  }),
})
const requestSchema = z.object({
  repository,
  pullrequest: z.object({
    id: z.number(),
    title: z.string(),
    source: z.object({
      branch: z.object({ name: z.string() }),
      commit: z.object({ hash: z.string() }),
      /** Null where the fork was deleted. */
      repository: z.object({ full_name: z.string() }).nullish(),
    }),
  }),
})

const opening = ['pullrequest:created', 'pullrequest:updated']
const closing = ['pullrequest:fulfilled', 'pullrequest:rejected']

/** Bitbucket Cloud's webhooks (support.atlassian.com, Event payloads). Throws ZodError. */
export function readBitbucket(event: string, body: unknown): ForgeMessage {
  if (event === 'repo:push') {
    const { push, repository } = pushSchema.parse(body)
    return message(repository, push.changes.map(readChange))
  }
  const isOpen = opening.includes(event)
  if (!isOpen && !closing.includes(event))
    return {
      repositories: [],
      events: [{ kind: 'nothing', why: `Nothing is done on "${event}".` }],
    }
  const { pullrequest, repository } = requestSchema.parse(body)
  const { id: number, title, source } = pullrequest
  const from = source.repository?.full_name ?? 'a deleted fork'
  return message(repository, [
    {
      kind: 'request',
      ...{ number, isOpen },
      branch: source.branch.name,
      commit: { sha: source.commit.hash, message: title },
      fork: from === repository.full_name ? null : from,
      // Bitbucket keeps no ref of a fork's commits in the repository that they are meant for.
      forkRef: null,
    },
  ])
}

type Change = z.infer<typeof pushSchema>['push']['changes'][number]

function readChange(change: Change): ForgeEvent {
  const { type = '', name = '' } = change.new ?? change.old ?? {}
  const full = type === 'branch' ? `refs/heads/${name}` : `refs/tags/${name}`
  const target = change.new?.target
  return pushEvent(full, target?.hash ?? noCommitId, target?.message ?? '')
}

const noCommitId = '0'.repeat(40)

function message(of: z.infer<typeof repository>, events: ForgeEvent[]): ForgeMessage {
  return { repositories: [of.links.html.href], events }
}
