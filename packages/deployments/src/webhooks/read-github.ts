import { z } from 'zod'
import { type ForgeEvent, type ForgeMessage, pushEvent } from './forge-event.ts'

const repository = z.object({
  clone_url: z.string(),
  ssh_url: z.string().optional(),
  full_name: z.string(),
})
const pushSchema = z.object({
  ref: z.string(),
  after: z.string(),
  head_commit: z.object({ message: z.string() }).nullish(),
  repository,
})
const deleteSchema = z.object({ ref: z.string(), ref_type: z.string(), repository })
/** Of a pull request, in the API. */
export const requestHeadSchema = z.object({
  number: z.number(),
  title: z.string(),
  head: z.object({
    ref: z.string(),
    sha: z.string(),
    /** Null where the fork was deleted. */
    repo: z.object({ full_name: z.string() }).nullable(),
  }),
})
const requestSchema = z.object({
  action: z.string(),
  number: z.number(),
  pull_request: requestHeadSchema.omit({ number: true }),
  repository,
})

/** A pull request with new code; Gitea writes `synchronized`. */
const opening = ['opened', 'reopened', 'synchronize', 'synchronized', 'ready_for_review']

/** GitHub's webhooks, which Gitea and Forgejo send in the same shape. Throws ZodError. */
export function readGithub(event: string, body: unknown): ForgeMessage {
  if (event === 'push') {
    const { ref, after, head_commit, repository } = pushSchema.parse(body)
    return message(repository, pushEvent(ref, after, head_commit?.message ?? ''))
  }
  if (event === 'delete') {
    const { ref, ref_type, repository } = deleteSchema.parse(body)
    const branch = ref.replace(/^refs\/heads\//, '')
    return message(
      repository,
      ref_type === 'branch'
        ? { kind: 'branch-deleted', branch }
        : { kind: 'nothing', why: 'Tags are not deployed.' },
    )
  }
  if (event === 'pull_request') return readRequest(requestSchema.parse(body))
  const why = event === 'ping' ? 'The webhook is set up.' : `Nothing is done on "${event}".`
  return { repositories: [], events: [{ kind: 'nothing', why }] }
}

function readRequest(body: z.infer<typeof requestSchema>): ForgeMessage {
  const { action, number, pull_request, repository } = body
  const isOpen = opening.includes(action)
  if (!isOpen && action !== 'closed')
    return message(repository, { kind: 'nothing', why: `Nothing is done on "${action}".` })
  const request = { number, ...pull_request }
  return message(repository, githubRequest(request, repository.full_name, isOpen))
}

/** `repository` is the one that it is to be merged into, owner/name. */
export function githubRequest(
  { number, title, head }: z.infer<typeof requestHeadSchema>,
  repository: string,
  isOpen: boolean,
): Extract<ForgeEvent, { kind: 'request' }> {
  const from = head.repo?.full_name ?? 'a deleted fork'
  // Gitea takes requests from who may only read, by a push to refs/for/: those name the repository
  // itself, and no branch.
  const isOwnBranch = !head.ref.startsWith('refs/')
  const fork = isOwnBranch && from.toLowerCase() === repository.toLowerCase() ? null : from
  return {
    kind: 'request',
    ...{ number, isOpen, fork },
    branch: head.ref,
    commit: { sha: head.sha, message: title },
    forkRef: fork === null ? null : `refs/pull/${number}/head`,
  }
}

function message(of: z.infer<typeof repository>, event: ForgeEvent): ForgeMessage {
  return { repositories: [of.clone_url, ...(of.ssh_url ? [of.ssh_url] : [])], events: [event] }
}
