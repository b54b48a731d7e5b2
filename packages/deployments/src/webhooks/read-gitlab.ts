import { z } from 'zod'
import { type ForgeEvent, type ForgeMessage, pushEvent } from './forge-event.ts'

const project = z.object({
  git_http_url: z.string(),
  git_ssh_url: z.string(),
})
const pushSchema = z.object({
  ref: z.string(),
  after: z.string(),
  commits: z.array(z.object({ id: z.string(), message: z.string() })).default([]),
  project,
})
const requestSchema = z.object({
  project,
  object_attributes: z.object({
    iid: z.number(),
    action: z.string().optional(),
    /** Set where an update brought new commits. */
    oldrev: z.string().nullish(),
    title: z.string(),
    source_branch: z.string(),
    source_project_id: z.number().nullable(),
    target_project_id: z.number(),
    source: z.object({ path_with_namespace: z.string() }).nullish(),
    last_commit: z.object({ id: z.string() }),
  }),
})

/** GitLab's webhooks (docs.gitlab.com, Webhook events). Throws ZodError. */
export function readGitlab(event: string, body: unknown): ForgeMessage {
  if (event === 'Push Hook') {
    const { ref, after, commits, project } = pushSchema.parse(body)
    const head = commits.find((commit) => commit.id === after)
    return message(project, pushEvent(ref, after, head?.message ?? ''))
  }
  if (event === 'Merge Request Hook') return readRequest(requestSchema.parse(body))
  return { repositories: [], events: [{ kind: 'nothing', why: `Nothing is done on "${event}".` }] }
}

function readRequest(body: z.infer<typeof requestSchema>): ForgeMessage {
  const it = body.object_attributes
  const { action = '', iid: number } = it
  const isOpen = ['open', 'reopen'].includes(action) || (action === 'update' && Boolean(it.oldrev))
  if (!isOpen && action !== 'close' && action !== 'merge')
    return message(body.project, { kind: 'nothing', why: `Nothing is done on "${action}".` })
  const isFork = it.source_project_id !== it.target_project_id
  return message(body.project, {
    kind: 'request',
    ...{ number, isOpen },
    branch: it.source_branch,
    commit: { sha: it.last_commit.id, message: it.title },
    fork: isFork ? (it.source?.path_with_namespace ?? 'a deleted fork') : null,
    forkRef: isFork ? `refs/merge-requests/${number}/head` : null,
  })
}

function message(of: z.infer<typeof project>, event: ForgeEvent): ForgeMessage {
  return { repositories: [of.git_http_url, of.git_ssh_url], events: [event] }
}
