import type { Deployment, Server } from '@moorage/db/client'
import { comesFromFork, resolveBuildSecrets } from '@moorage/deployments/build-secrets'
import { openDeployKey } from '@moorage/deployments/deploy-key'
import { repositoryAccess } from '@moorage/deployments/github/repositories'
import { repositoryName } from '@moorage/deployments/github/repository-name'
import type { RepoUrl } from '@moorage/deployments/repo-url'
import type { Builder } from './context.ts'
import { appLogin, type Login } from './git.ts'

/** With what a submodule is read; `outer` is the URL of the repository that names it, null for what was pushed. */
export type ModuleLogin = (module: RepoUrl, outer: string | null) => Promise<Login>

/**
 * .gitmodules is in the hands of whoever writes to the repository. So the App's token is one for that
 * submodule alone, and only within the account that the outer repository is of; the deploy key goes to
 * the outer repository's host alone, and a named secret to the host that it names. What comes from a
 * fork gets none of them: its build could hand on what it reads.
 */
export function moduleLogin(
  builder: Pick<Builder, 'deps'>,
  { server, deployment }: { server: Server; deployment: Pick<Deployment, 'previewId'> },
): ModuleLogin {
  const { deps } = builder
  const { previewId } = deployment
  return async (module, outer) => {
    if (await comesFromFork(deps, previewId)) return {}
    const of = { serverId: server.id, previewId, wanted: undefined }
    const secrets = await resolveBuildSecrets(deps, of)
    if (module.protocol === 'ssh') {
      const isOwn = outer?.startsWith('ssh:') && new URL(outer).host === new URL(module.url).host
      const own = isOwn && server.deployKey
      return {
        deployKey: own ? openDeployKey(deps.encryptionKey, server.id, own) : secrets.GIT_SSH_KEY,
      }
    }
    const named = credentialsFor(module, secrets.GIT_CREDENTIALS)
    return named ? { basic: named } : accountLogin(builder, server.teamId)(module, outer)
  }
}

/** With what the App may read of the same account. */
export function accountLogin({ deps }: Pick<Builder, 'deps'>, teamId: string): ModuleLogin {
  return async ({ url: repoUrl }, outer) => {
    const ownerOf = (url: string) => repositoryName(deps.github.url, url)?.owner.toLowerCase()
    if (outer === null || !ownerOf(outer) || ownerOf(outer) !== ownerOf(repoUrl)) return {}
    const read = { teamId, repoUrl, permissions: { contents: 'read' } }
    return appLogin(await repositoryAccess(deps, read))
  }
}

/** Lines of https://user:token@host, as git keeps them. */
function credentialsFor({ url }: RepoUrl, lines = ''): string | undefined {
  const { origin } = new URL(url)
  const line = lines
    .split('\n')
    .filter((text) => URL.canParse(text))
    .map((text) => new URL(text))
    .find((named) => named.origin === origin)
  return line && `${decodeURIComponent(line.username)}:${decodeURIComponent(line.password)}`
}
