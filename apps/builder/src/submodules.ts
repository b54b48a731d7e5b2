import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRepoUrl } from '@moorage/deployments/repo-url'
import { AppError } from '@moorage/domain/error'
import type { Git } from './git.ts'
import { pinRepoAddress } from './repo-address.ts'
import type { FetchInput } from './steps/fetch.ts'

const maxSubmodules = 20

/**
 * Fetches what .gitmodules names, each as a repository of its own under the same rules, instead of
 * by `git submodule`, whose configuration is in the repository's hands. Only over https, only from
 * the repository's own host and those that the operator allows, and not nested.
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
    const base = input.source.kind === 'remote' ? input.source.repo.url : null
    const repo = parseRepoUrl(resolveUrl(url, base), { trustedHosts: input.trustedHosts })
    const host = new URL(repo.url).host
    const own = base !== null && new URL(base).host === host
    if (repo.protocol === 'ssh' || !(own || input.submoduleHosts.includes(host)))
      throw new AppError(
        'fetch_failed',
        `The submodule ${path} comes from ${host}, which is not allowed.`,
        {
          hint: 'An operator can allow a host with MOORAGE_SUBMODULE_HOSTS; or vendor the files.',
        },
      )
    const source = {
      kind: 'remote' as const,
      repo,
      address: await pinRepoAddress(repo, input.trustedHosts),
      deployKey: null,
    }
    input.onLog(`Fetching submodule ${path}`)
    await checkParents(input.dir, path)
    await fetchModule({
      ...input,
      source,
      commitSha,
      dir: join(input.dir, path),
      submoduleHosts: [],
    })
  }
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
