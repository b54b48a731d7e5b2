import type { Deps } from '../deps.ts'

/** An account at GitHub that a team has connected. */
export type GithubAccount = {
  id: string
  account: string
  /** Somebody has suspended the App there: nothing of it can be fetched. */
  isSuspended: boolean
  createdAt: Date
}

export async function listAccounts(
  { db }: Pick<Deps, 'db'>,
  { teamId }: { teamId: string },
): Promise<GithubAccount[]> {
  const rows = await db.githubInstallation.findMany({
    where: { teamId },
    orderBy: { account: 'asc' },
  })
  return rows.map(({ id, account, suspendedAt, createdAt }) => ({
    ...{ id, account, createdAt },
    isSuspended: suspendedAt !== null,
  }))
}
