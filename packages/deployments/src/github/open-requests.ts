import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { ForgeEvent } from '../webhooks/forge-event.ts'
import { githubRequest, requestHeadSchema } from '../webhooks/read-github.ts'
import type { GithubClient } from './github-client.ts'
import { repositoryAccess } from './repositories.ts'

export type OpenRequest = Extract<ForgeEvent, { kind: 'request' }>

const pageSchema = z.array(requestHeadSchema)
/** What is asked for at most: of more it cannot be said which are open. */
const most = 1000

/** Pull requests as their webhooks told of them. Null where the team has no account by which to ask. */
export async function openRequests(
  deps: Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient },
  of: { teamId: string; repoUrl: string },
): Promise<OpenRequest[] | null> {
  const access = await repositoryAccess(deps, { ...of, permissions: { pull_requests: 'read' } })
  if (!access) return null
  const repository = `${access.owner}/${access.name}`
  const asked = { path: `/repos/${repository}/pulls`, token: access.token, schema: pageSchema }
  const all = await deps.github.askAll(asked, (page) => page)
  if (all.length >= most) return null
  return all.map((request) => githubRequest(request, repository, true))
}
