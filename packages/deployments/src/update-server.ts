import { notFound } from '@moorage/access/principal'
import type { Settings } from '@moorage/build-plan/settings'
import type { Access, Server, Source } from '@moorage/db/client'
import type { Policy } from '@moorage/domain/policy'
import { type pushingInputSchema, readPushing } from '@moorage/domain/pushing'
import { readRouting, type routingInputSchema } from '@moorage/domain/routing'
import type { z } from 'zod'
import { audit } from './audit.ts'
import { checkCallers } from './callers.ts'
import { makeDeployKey } from './deploy-key.ts'
import type { Actor, Deps } from './deps.ts'
import { checkRef, checkRootDir, parseRepoUrl, type RepoUrlPolicy } from './repo-url.ts'
import { checkSource } from './server-source.ts'

export type ServerChange = {
  name?: string | undefined
  /** Null: the source comes by push from now on. */
  repoUrl?: string | null | undefined
  branch?: string | undefined
  rootDir?: string | undefined
  access?: Access | undefined
  /** What is left out stays as it is. */
  routing?: z.infer<typeof routingInputSchema> | undefined
  /** Who may call it, and what of it: the whole of it anew. */
  policy?: Policy | undefined
  pushing?: z.infer<typeof pushingInputSchema> | undefined
  /** `settings`: without a repository from now on. */
  source?: Source | undefined
  /** All of them: what is not named is no longer set. */
  settings?: Settings | undefined
  document?: string | null | undefined
}

/**
 * Changes what is named; what concerns the source or the settings counts from the next deployment
 * on. Throws as `createServer` does.
 */
export async function updateServer(
  deps: Pick<Deps, 'db' | 'events' | 'encryptionKey'> & { repoUrlPolicy: RepoUrlPolicy },
  input: { teamId: string; serverId: string; change: ServerChange },
  actor: Actor,
): Promise<Server> {
  const { change } = input
  const where = { id: input.serverId, teamId: input.teamId }
  const before = await deps.db.server.findFirst({ where })
  if (!before) throw notFound('server')
  if (change.policy) await checkCallers(deps, before, change.policy)
  const repo = change.repoUrl ? parseRepoUrl(change.repoUrl, deps.repoUrlPolicy) : null
  const newKey =
    repo?.protocol === 'ssh' && !before.deployKey
      ? makeDeployKey(deps.encryptionKey, before.id, before.slug)
      : null
  const server = await deps.db.server.update({
    where,
    data: {
      ...(change.name !== undefined ? { name: change.name.trim() || before.slug } : {}),
      ...changedSource(before, change, repo?.url ?? null),
      ...(change.branch !== undefined ? { branch: checkRef(change.branch) } : {}),
      ...(change.rootDir !== undefined ? { rootDir: checkRootDir(change.rootDir) } : {}),
      ...(change.access !== undefined ? { access: change.access } : {}),
      ...(change.routing !== undefined
        ? { routing: { ...readRouting(before.routing), ...change.routing } }
        : {}),
      ...(change.policy !== undefined ? { policy: change.policy } : {}),
      ...(change.pushing !== undefined
        ? { pushing: { ...readPushing(before.pushing), ...change.pushing } }
        : {}),
      ...(newKey ? { deployKey: newKey.sealedPrivateKey, deployKeyPublic: newKey.publicKey } : {}),
    },
  })
  await audit(deps, actor, 'server.update', server, { changed: Object.keys(change).join(', ') })
  await deps.events.publish({ type: 'server', serverId: server.id })
  return server
}

const sourceFields = ['source', 'settings', 'document', 'repoUrl', 'branch', 'rootDir'] as const

function changedSource(before: Server, change: ServerChange, newRepoUrl: string | null) {
  if (sourceFields.every((field) => change[field] === undefined)) return {}
  const leavesRepository = change.source === 'settings' || change.repoUrl !== undefined
  const source = {
    source: change.source ?? before.source,
    repoUrl: leavesRepository ? newRepoUrl : before.repoUrl,
    document: change.document === undefined ? before.document : change.document,
  }
  const checked = checkSource({ ...source, settings: change.settings ?? before.settings })
  return { ...source, ...checked, sourceChangedAt: new Date() }
}
