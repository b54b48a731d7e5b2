import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { GithubClient } from './github-client.ts'
import { repositoryAccess } from './repositories.ts'

const requestSchema = z.object({ state: z.string() })

/** Null where the team has no account at GitHub by which to ask. */
export async function requestIsOpen(
  deps: Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient },
  of: { teamId: string; repoUrl: string; request: number },
): Promise<boolean | null> {
  const permissions = { pull_requests: 'read' }
  const access = await repositoryAccess(deps, { ...of, permissions })
  if (!access) return null
  const path = `/repos/${access.owner}/${access.name}/pulls/${of.request}`
  const { state } = await deps.github.ask({ path, token: access.token, schema: requestSchema })
  return state === 'open'
}
