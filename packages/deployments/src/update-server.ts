import { notFound } from '@moorage/access/principal'
import type { Access, Server } from '@moorage/db/client'
import { readRouting, type routingInputSchema } from '@moorage/domain/routing'
import type { z } from 'zod'
import { audit } from './audit.ts'
import { makeDeployKey } from './deploy-key.ts'
import type { Actor, Deps } from './deps.ts'
import { checkRef, checkRootDir, parseRepoUrl, type RepoUrlPolicy } from './repo-url.ts'

export type ServerChange = {
  name?: string | undefined
  /** Null: the source comes by push from now on. */
  repoUrl?: string | null | undefined
  branch?: string | undefined
  rootDir?: string | undefined
  access?: Access | undefined
  /** What is left out stays as it is. */
  routing?: z.infer<typeof routingInputSchema> | undefined
}

/** Changes what is named; a new repository, branch or directory counts from the next deployment on. */
export async function updateServer(
  deps: Pick<Deps, 'db' | 'events' | 'encryptionKey'> & { repoUrlPolicy: RepoUrlPolicy },
  input: { teamId: string; serverId: string; change: ServerChange },
  actor: Actor,
): Promise<Server> {
  const { change } = input
  const where = { id: input.serverId, teamId: input.teamId }
  const before = await deps.db.server.findFirst({ where })
  if (!before) throw notFound('server')
  const repo = change.repoUrl ? parseRepoUrl(change.repoUrl, deps.repoUrlPolicy) : null
  const newKey =
    repo?.protocol === 'ssh' && !before.deployKey
      ? makeDeployKey(deps.encryptionKey, before.id, before.slug)
      : null
  const server = await deps.db.server.update({
    where,
    data: {
      ...(change.name !== undefined ? { name: change.name.trim() || before.slug } : {}),
      ...(change.repoUrl !== undefined ? { repoUrl: repo?.url ?? null } : {}),
      ...(change.branch !== undefined ? { branch: checkRef(change.branch) } : {}),
      ...(change.rootDir !== undefined ? { rootDir: checkRootDir(change.rootDir) } : {}),
      ...(change.access !== undefined ? { access: change.access } : {}),
      ...(change.routing !== undefined
        ? { routing: { ...readRouting(before.routing), ...change.routing } }
        : {}),
      ...(newKey ? { deployKey: newKey.sealedPrivateKey, deployKeyPublic: newKey.publicKey } : {}),
    },
  })
  await audit(deps, actor, 'server.update', server, { changed: Object.keys(change).join(', ') })
  await deps.events.publish({ type: 'server', serverId: server.id })
  return server
}
