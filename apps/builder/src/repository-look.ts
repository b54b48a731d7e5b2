import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server } from '@moorage/db/client'
import type { RepositoryLook } from '@moorage/deployments/webhooks/follow-event'
import { AppError } from '@moorage/domain/error'
import type { Builder } from './context.ts'
import { type Git, openGit } from './git.ts'
import { gitSource } from './git-source.ts'

const timeoutMs = 60_000

/** Looks at a server's repository with the same guarded git that fetches it, and keeps nothing. */
export function createRepositoryLook(builder: Builder): RepositoryLook & {
  /** By full name (refs/heads/main), the commits of those refs that there are. */
  refsOf(server: Server, refs: string[]): Promise<Map<string, string>>
  messageOf(server: Server, sha: string): Promise<string>
} {
  const refsOf = (server: Server, refs: string[]) =>
    withGit(builder, server, async (git, url) => {
      const { stdout } = await must(git, ['ls-remote', '--', url, ...refs])
      const lines = stdout.split('\n').map((line) => /^([0-9a-f]{40})\t(.+)$/.exec(line))
      return new Map(lines.flatMap((line) => (line?.[1] && line[2] ? [[line[2], line[1]]] : [])))
    })
  return {
    refsOf,
    headOf: async (server, branch) => {
      const ref = `refs/heads/${branch}`
      return (await refsOf(server, [ref])).get(ref) ?? null
    },
    hasChanged: (server, { from, to, paths }) =>
      withGit(builder, server, async (git, url) => {
        await fetchBare(git, url, [from, to])
        // Trees alone are compared, so no file is needed: which is why none was fetched.
        const pathspecs = paths.map((path) => `:(glob)${path}`)
        const compare = ['diff-tree', '-r', '--quiet', '--no-renames', from, to, '--', ...pathspecs]
        return (await git(compare)).exitCode !== 0
        // A commit that a forced push took away cannot be compared with.
      }).catch((error: unknown) => deployRather(builder, server, error)),
    messageOf: (server, sha) =>
      withGit(builder, server, async (git, url) => {
        await fetchBare(git, url, [sha])
        return (await must(git, ['log', '-1', '--format=%B', sha, '--'])).stdout
      }),
  }
}

function deployRather(builder: Builder, { id }: Server, error: unknown): true {
  if (builder.stopping.aborted) throw error
  builder.log.info({ error, serverId: id }, 'what has changed cannot be told')
  return true
}

async function withGit<T>(
  builder: Builder,
  server: Server,
  work: (git: Git, url: string) => Promise<T>,
): Promise<T> {
  const source = await gitSource(builder, server, 'webhook')
  const dir = await mkdtemp(join(tmpdir(), 'moorage-look-'))
  try {
    const git = await openGit({
      dir,
      privateDir: join(dir, '.private'),
      source,
      caFile: builder.env.MOORAGE_BUILD_CA_FILE,
      signal: builder.stopping,
      timeoutMs,
    })
    return await work(git, source.kind === 'pushed' ? source.path : source.repo.url)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Commits and trees, and no file. */
async function fetchBare(git: Git, url: string, shas: string[]): Promise<void> {
  await must(git, ['init', '--quiet', '--bare', '.'])
  const quick = ['--quiet', '--depth=1', '--filter=blob:none', '--no-tags', '--no-write-fetch-head']
  await must(git, ['fetch', ...quick, '--', url, ...shas])
}

async function must(git: Git, args: string[]): Promise<{ stdout: string }> {
  const { exitCode, stdout, stderr } = await git(args)
  if (exitCode === 0) return { stdout }
  throw new AppError('fetch_failed', 'The repository cannot be looked at.', { message: stderr })
}
