import { join } from 'node:path'
import type { Deployment, Server } from '@moorage/db/client'
import { openDeployKey } from '@moorage/deployments/deploy-key'
import { parseRepoUrl } from '@moorage/deployments/repo-url'
import type { Builder } from './context.ts'
import type { GitSource } from './git.ts'
import { pinRepoAddress } from './repo-address.ts'

/** The repository that the server names, checked again at use, or what was pushed to the platform. */
export async function gitSource(
  builder: Builder,
  server: Server,
  trigger: Deployment['trigger'],
): Promise<GitSource> {
  if (!server.repoUrl || trigger === 'push' || trigger === 'upload')
    return { kind: 'pushed', path: join(builder.env.MOORAGE_DATA_DIR, 'git', `${server.id}.git`) }
  const trustedHosts = builder.env.MOORAGE_TRUSTED_REPO_HOSTS
  const repo = parseRepoUrl(server.repoUrl, { trustedHosts })
  const deployKey = server.deployKey
    ? openDeployKey(builder.deps.encryptionKey, server.id, server.deployKey)
    : null
  return { kind: 'remote', repo, address: await pinRepoAddress(repo, trustedHosts), deployKey }
}
