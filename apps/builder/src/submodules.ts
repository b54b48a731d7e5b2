import { lstat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseRepoUrl, type RepoUrl } from '@moorage/deployments/repo-url'
import { AppError, toAppError } from '@moorage/domain/error'
import type { Git, GitSource } from './git.ts'
import { pinRepoAddress } from './repo-address.ts'
import type { FetchInput } from './steps/fetch.ts'

const maxSubmodules = 20

/**
 * Fetches what .gitmodules names, each as a repository of its own under the same rules, instead of
 * by `git submodule`, whose configuration is in the repository's hands. Only from the repository's own
 * host and those that the operator allows, and not nested.
 */
export async function checkoutSubmodules(
  git: Git,
  input: FetchInput,
  fetchModule: (input: FetchInput) => Promise<unknown>,
): Promise<void> {
  const modules = await readGitmodules(git)
  if (modules.length > maxSubmodules)
    throw new AppError('fetch_failed', `The repository has more than ${maxSubmodules} submodules.`)
  for (const { path, url } of modules) {
    const commitSha = await pinnedCommit(git, path)
    if (!commitSha) continue
    const source = await moduleSource(input, path, url)
    input.onLog(`Fetching submodule ${path}`)
    await checkParents(input.dir, path)
    await fetchModule({
      ...input,
      source,
      commitSha,
      dir: join(input.dir, path),
      privateDir: join(dirname(input.dir), 'private-of-module'),
      submoduleHosts: [],
      unreadableHint: hints.private,
    }).catch((error: unknown) => {
      const { code, userMessage, message, hint } = toAppError(error)
      throw new AppError(code, `The submodule ${path}: ${userMessage}`, {
        ...{ message, cause: error },
        ...(hint ? { hint } : {}),
      })
    })
  }
}

const hints = {
  host: 'An operator can allow a host with MOORAGE_SUBMODULE_HOSTS; or vendor the files.',
  private:
    'Is it private? At GitHub the App must be let at it too, in the same account; elsewhere set the build secret GIT_CREDENTIALS, or GIT_SSH_KEY where it is named by ssh. What comes from a fork gets neither.',
}

async function moduleSource(
  { source, trustedHosts, submoduleHosts, moduleLogin }: FetchInput,
  path: string,
  url: string,
): Promise<GitSource> {
  const outer = source.kind === 'remote' ? source.repo.url : null
  const repo = parseRepoUrl(resolveUrl(url, outer), { trustedHosts })
  const { host } = new URL(repo.url)
  if (!isOwnHost(repo, outer) && !submoduleHosts.includes(host))
    throw new AppError(
      'fetch_failed',
      `The submodule ${path} comes from ${host}, which is not allowed.`,
      { hint: hints.host },
    )
  const login = await moduleLogin(repo, outer)
  if (repo.protocol === 'ssh' && !login.deployKey)
    throw new AppError('fetch_failed', `There is no ssh key to read the submodule ${path} with.`, {
      hint: hints.private,
    })
  return { kind: 'remote', repo, address: await pinRepoAddress(repo, trustedHosts), login }
}

/** A forge has another port for ssh than for https, and as a rule the same name. */
function isOwnHost(repo: RepoUrl, outer: string | null): boolean {
  if (outer === null) return false
  const [own, other] = [new URL(outer), new URL(repo.url)]
  return own.protocol === other.protocol ? own.host === other.host : own.hostname === other.hostname
}

async function readGitmodules(git: Git): Promise<{ path: string; url: string }[]> {
  const args = [
    'config',
    '--file',
    '.gitmodules',
    '--null',
    '--get-regexp',
    '^submodule\\..*\\.(path|url)$',
  ]
  const { exitCode, stdout } = await git(args)
  if (exitCode !== 0) return []
  const byName = new Map<string, { path?: string; url?: string }>()
  for (const entry of stdout.split('\0').filter(Boolean)) {
    const [key = '', value = ''] = entry.split('\n')
    const name = key.slice(0, key.lastIndexOf('.'))
    byName.set(name, { ...byName.get(name), [key.endsWith('.path') ? 'path' : 'url']: value })
  }
  return [...byName.values()].flatMap(({ path, url }) => (path && url ? [{ path, url }] : []))
}

async function pinnedCommit(git: Git, path: string): Promise<string | null> {
  const bad = path.split('/').some((part) => part === '..' || part === '.git' || part === '')
  if (bad)
    throw new AppError('fetch_failed', 'A submodule has a path that leads out of the repository.')
  const { stdout } = await git(['ls-tree', 'HEAD', '--', path])
  return /^160000 commit ([0-9a-f]{40})\t/.exec(stdout)?.[1] ?? null
}

function resolveUrl(url: string, base: string | null): string {
  if (!/^\.\.?\//.test(url)) return url
  if (base === null)
    throw new AppError(
      'fetch_failed',
      'A relative submodule URL needs a repository URL to start from.',
    )
  return new URL(url, base.endsWith('/') ? base : `${base}/`).href
}

/** A checked-out symbolic link above the submodule would lead the fetch out of the work tree. */
async function checkParents(root: string, path: string): Promise<void> {
  let current = root
  for (const part of path.split('/')) {
    current = join(current, part)
    const stat = await lstat(current).catch(() => null)
    if (stat?.isSymbolicLink())
      throw new AppError('fetch_failed', `The submodule path ${path} is a link.`)
  }
}
