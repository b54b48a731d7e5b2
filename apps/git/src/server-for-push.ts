import type { Principal } from '@moorage/access/principal'
import type { Server } from '@moorage/db/client'
import { createServer } from '@moorage/deployments/create-server'
import { removeServer } from '@moorage/deployments/remove-server'
import { checkRef } from '@moorage/deployments/repo-url'
import { AppError } from '@moorage/domain/error'
import type { App } from './app.ts'
import { findServer } from './find-server.ts'
import { noCommit, type RefCommand } from './push-request.ts'
import { removeRepository } from './repository.ts'
import { runGit } from './run-git.ts'

type Caller = Principal & { kind: 'key' }

/** A push to a name that nobody has makes the server; it deploys from `main` or else what was pushed. */
export async function serverForPush(
  app: App,
  principal: Caller,
  slug: string,
  commands: RefCommand[],
): Promise<Server> {
  const branches = commands
    .filter((command) => command.after !== noCommit)
    .flatMap((command) => /^refs\/heads\/(.+)$/.exec(command.ref)?.[1] ?? [])
  const branch = branches.includes('main') ? 'main' : checkRef(branches[0] ?? 'main')
  try {
    return await createServer(
      { ...app.deps, repoUrlPolicy: { trustedHosts: [] } },
      { teamId: principal.teamId, slug, branch },
      principal,
    )
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'conflict') throw error
    // Another push was first. Ours goes to the same server, if it is ours.
    const server = await findServer(app, principal, slug, 'deployment.create')
    if (!server) throw error
    return server
  }
}

/** A first push that git refused leaves no server behind. */
export async function discardIfEmpty(
  app: App,
  server: Server,
  repository: string,
  principal: Caller,
): Promise<void> {
  const refs = await runGit(app.git, ['--git-dir', repository, 'for-each-ref', '--count=1'])
  if (refs !== '') return
  await removeServer(app.deps, { teamId: server.teamId, serverId: server.id }, principal)
  await removeRepository(app, server.id)
}
