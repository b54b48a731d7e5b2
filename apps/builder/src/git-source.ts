import { join } from 'node:path'
import type { Deployment, Server } from '@moorage/db/client'
import { openDeployKey } from '@moorage/deployments/deploy-key'
import { repositoryAccess } from '@moorage/deployments/github/repositories'
import { parseRepoUrl } from '@moorage/deployments/repo-url'
import type { Builder } from './context.ts'
import { appLogin, type GitSource } from './git.ts'
import { pinRepoAddress } from './repo-address.ts'

/** The repository that the server names, checked again at use, or what was pushed to the platform. */
export async function gitSource(
  builder: Builder,
  server: Server,
  trigger: Deployment['trigger'],
): Promise<GitSource> {
  if (!server.repoUrl || trigger === 'push' || trigger === 'upload')
    return { kind: 'pushed', path: join(builder.env.MOORAGE_DATA_DIR, 'git', `${server.id}.git`) }
  const deployKey = server.deployKey
    ? openDeployKey(builder.deps.encryptionKey, server.id, server.deployKey)
    : undefined
  return remoteSource(builder, { teamId: server.teamId, repoUrl: server.repoUrl, deployKey })
}

/** A repository by its URL, with what the team may read of it where it is at GitHub. */
export async function remoteSource(
  { deps, env }: Pick<Builder, 'deps' | 'env'>,
  of: { teamId: string; repoUrl: string; deployKey?: string | undefined },
): Promise<GitSource> {
  const trustedHosts = env.MOORAGE_TRUSTED_REPO_HOSTS
  const repo = parseRepoUrl(of.repoUrl, { trustedHosts })
  const address = await pinRepoAddress(repo, trustedHosts)
  const read = { teamId: of.teamId, repoUrl: repo.url, permissions: { contents: 'read' } }
  const access = await repositoryAccess(deps, read)
  const login = { ...appLogin(access), deployKey: of.deployKey }
  return { kind: 'remote', repo, address, login }
}
