import type { Server } from '@moorage/db/client'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { GithubWords } from './deployment-words.ts'
import type { GithubClient } from './github-client.ts'
import type { ReportUrls } from './links.ts'
import { repositoryAccess } from './repositories.ts'

export type ReportDeps = Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient } & ReportUrls

/** The server's repository is below `path` of the API. */
export type ReportTarget = { path: string; token: string }

const permissions = { statuses: 'write', deployments: 'write', pull_requests: 'write' }

/** Null where the team has not connected the repository's owner. */
export async function reportTarget(
  deps: ReportDeps,
  { teamId, repoUrl }: Pick<Server, 'teamId' | 'repoUrl'>,
): Promise<ReportTarget | null> {
  const access = repoUrl ? await repositoryAccess(deps, { teamId, repoUrl, permissions }) : null
  return access && { path: `/repos/${access.owner}/${access.name}`, token: access.token }
}

export async function setCommitStatus(
  { github }: ReportDeps,
  { path, token }: ReportTarget,
  of: { slug: string; isPreview: boolean; commitSha: string | null; page: string | null },
  { commit, text }: Pick<GithubWords, 'commit' | 'text'>,
): Promise<void> {
  await github.ask({
    ...{ method: 'POST', path: `${path}/statuses/${of.commitSha}`, token },
    body: {
      state: commit,
      description: text,
      context: `moorage/${of.slug}${of.isPreview ? ' (preview)' : ''}`,
      ...(of.page ? { target_url: of.page } : {}),
    },
    schema: z.unknown(),
  })
}
