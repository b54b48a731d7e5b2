import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import { findGithubApp } from './github-app.ts'
import type { GithubClient } from './github-client.ts'
import { repositoryName } from './repository-name.ts'

type RepositoryDeps = Pick<Deps, 'db' | 'encryptionKey'> & { github: GithubClient }

export type GithubRepository = {
  /** owner/name */
  name: string
  url: string
  defaultBranch: string
  isPrivate: boolean
  pushedAt: Date | null
}

const pageSchema = z.object({
  repositories: z.array(
    z.object({
      full_name: z.string(),
      clone_url: z.string(),
      default_branch: z.string(),
      private: z.boolean(),
      archived: z.boolean().default(false),
      pushed_at: z.coerce.date().nullish(),
    }),
  ),
})

/** Of all accounts of a team, what was pushed to last first; without those that are archived. */
export async function listRepositories(
  deps: RepositoryDeps,
  { teamId }: { teamId: string },
): Promise<GithubRepository[]> {
  const app = await findGithubApp(deps)
  const where = { teamId, suspendedAt: null }
  const installations = app ? await deps.db.githubInstallation.findMany({ where }) : []
  const { github } = deps
  const lists = await Promise.all(
    installations.map(async ({ installationId }) => {
      if (!app) return []
      const limits = { permissions: { metadata: 'read' } }
      const token = await orNull(github.installationToken(app, installationId, limits))
      if (token === null) return []
      const asked = { path: '/installation/repositories', token, schema: pageSchema }
      return github.askAll(asked, (page) => page.repositories)
    }),
  )
  const time = (date: Date | null | undefined) => date?.getTime() ?? 0
  return lists
    .flat()
    .filter(({ archived }) => !archived)
    .sort((a, b) => time(b.pushed_at) - time(a.pushed_at))
    .map((one) => ({
      name: one.full_name,
      url: one.clone_url,
      defaultBranch: one.default_branch,
      isPrivate: one.private,
      pushedAt: one.pushed_at ?? null,
    }))
}

/** The team's way to a repository at GitHub: null where none of its accounts is the owner's. */
export type RepositoryAccess = { owner: string; name: string; token: string }

/**
 * A token for this one repository, good for an hour and for `permissions` alone. Null where the team
 * has not connected its owner, or GitHub does not let the App at it: then it is asked as by anybody.
 */
export async function repositoryAccess(
  deps: RepositoryDeps,
  of: { teamId: string; repoUrl: string; permissions: Record<string, string> },
): Promise<RepositoryAccess | null> {
  const named = repositoryName(deps.github.url, of.repoUrl)
  if (!named) return null
  const account = { equals: named.owner, mode: 'insensitive' } as const
  const where = { teamId: of.teamId, account, suspendedAt: null }
  const row = await deps.db.githubInstallation.findFirst({ where })
  const app = row && (await findGithubApp(deps))
  if (!app) return null
  const limits = { repository: named.name, permissions: of.permissions }
  const token = await orNull(deps.github.installationToken(app, row.installationId, limits))
  return token === null ? null : { ...named, token }
}

/** Null where GitHub does not give it: the App was deleted there, suspended, or is not let at it. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof AppError && error.code !== 'unavailable') return null
    throw error
  })
}
