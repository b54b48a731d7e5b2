import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '@moorage/domain/error'
import { type Git, type GitSource, openGit } from '../git.ts'
import type { ModuleLogin } from '../module-login.ts'
import { checkoutSubmodules } from '../submodules.ts'
import { watchPack } from '../watch-pack.ts'

export type FetchInput = {
  source: GitSource
  moduleLogin: ModuleLogin
  /** What to do where it is not to be read; that of a repository of its own where none is given. */
  unreadableHint?: string
  /** Branch or tag; `HEAD` is the repository's default branch. */
  ref: string
  /** Where it is known already: this commit and no other. */
  commitSha: string | null
  /** Made anew; everything in it is removed first. */
  dir: string
  /** For keys, and outside of `dir`; beside it where none is given. Removed at the end. */
  privateDir?: string
  caFile: string | undefined
  submoduleHosts: readonly string[]
  trustedHosts: readonly string[]
  maxBytes: number
  onLog: (line: string) => void
  signal: AbortSignal
}

export type Fetched = { commitSha: string; commitMessage: string; ref: string }

const maxFiles = 100_000
const timeoutMs = 5 * 60_000

/** Brings exactly one commit, without history, hooks or filters, into `dir`. */
export async function fetchSource(asked: FetchInput): Promise<Fetched> {
  await rm(asked.dir, { recursive: true, force: true })
  await mkdir(asked.dir, { recursive: true })
  const { privateDir = join(dirname(asked.dir), 'private') } = asked
  const pack = watchPack(asked.dir, asked.maxBytes)
  const signal = AbortSignal.any([asked.signal, pack.signal])
  const git = await openGit({ ...asked, signal, privateDir, timeoutMs })
  try {
    const ref = asked.ref === 'HEAD' ? await defaultBranch(git, asked) : asked.ref
    const input = { ...asked, ref }
    const commitSha = input.commitSha ?? (await resolveRef(git, input))
    input.onLog(`Fetching ${commitSha.slice(0, 7)} of ${input.ref}`)
    await fetchCommit(git, input, commitSha)
    await checkSize(git, commitSha, input.maxBytes)
    await must(
      git,
      ['checkout', '--quiet', '--force', '--detach', commitSha],
      'The commit cannot be checked out.',
    )
    await checkoutSubmodules(git, input, fetchSource)
    const { stdout } = await git(['log', '-1', '--format=%s', commitSha])
    return { commitSha, commitMessage: stdout.trim().slice(0, 500), ref }
  } catch (error) {
    if (pack.signal.aborted)
      throw tooLarge(`more than ${Math.round(asked.maxBytes / 1e6)} MB`, asked.maxBytes)
    throw error
  } finally {
    pack.stop()
    await rm(privateDir, { recursive: true, force: true })
    await rm(join(asked.dir, '.git'), { recursive: true, force: true })
  }
}

async function defaultBranch(git: Git, input: FetchInput): Promise<string> {
  const { exitCode, stdout, stderr } = await git([
    ...['ls-remote', '--symref', '--', address(input.source)],
    'HEAD',
  ])
  if (exitCode !== 0) throw unreachable(input, stderr)
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(stdout)?.[1]
  if (branch) return branch
  throw new AppError('fetch_failed', 'The repository is empty, or names no default branch.', {
    hint: 'Name a branch.',
  })
}

async function resolveRef(git: Git, input: FetchInput): Promise<string> {
  const { source, ref } = input
  const wanted = [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/tags/${ref}^{}`]
  const { exitCode, stdout, stderr } = await git(['ls-remote', '--', address(source), ...wanted])
  if (exitCode !== 0) throw unreachable(input, stderr)
  const found = new Map(
    stdout.split('\n').map((line) => line.split('\t').reverse() as [string, string]),
  )
  // A branch before a tag; of an annotated tag the commit and not the tag object.
  const sha = found.get(wanted[0] ?? '') ?? found.get(wanted[2] ?? '') ?? found.get(wanted[1] ?? '')
  if (sha && /^[0-9a-f]{40}$/.test(sha)) return sha
  throw new AppError('fetch_failed', `There is no branch or tag "${ref}" in the repository.`, {
    hint: `Push it, or set another branch: moorage servers update SLUG --branch NAME`,
  })
}

async function fetchCommit(git: Git, input: FetchInput, sha: string): Promise<void> {
  const { source, ref, onLog } = input
  await must(git, ['init', '--quiet', '--initial-branch=main', '.'], 'git init failed.')
  const fetch = [
    'fetch',
    '--depth=1',
    '--no-tags',
    '--no-recurse-submodules',
    '--no-write-fetch-head',
    '--progress',
  ]
  const options = {
    onLine: (line: string) =>
      /^(error|fatal)|^Receiving objects: 100%.*done/.test(line) && onLog(line.trim()),
  }
  const exact = await git([...fetch, '--', address(source), sha], options)
  if (exact.exitCode === 0) return
  // Some servers hand out branch tips only.
  const tip = await git([...fetch, '--', address(source), `refs/heads/${ref}`], options)
  const present = await git(['cat-file', '-e', `${sha}^{commit}`])
  if (present.exitCode === 0) return
  if (tip.exitCode !== 0) throw unreachable(input, exact.stderr)
  throw new AppError('fetch_failed', `The commit ${sha.slice(0, 7)} is no longer on ${ref}.`, {
    hint: 'The branch has moved on; deploy again to get its newest commit.',
  })
}

/** Before a file is written: what the commit would take on disk. */
async function checkSize(git: Git, sha: string, maxBytes: number): Promise<void> {
  const { exitCode, stdout } = await git([
    'ls-tree',
    '-r',
    '--full-tree',
    '--format=%(objectsize)',
    sha,
  ])
  const sizes = stdout.split('\n').filter(Boolean)
  const bytes = sizes.reduce((sum, size) => sum + (Number(size) || 0), 0)
  if (exitCode !== 0 || sizes.length > maxFiles || bytes > maxBytes)
    throw tooLarge(`${sizes.length} files, ${Math.round(bytes / 1e6)} MB`, maxBytes)
}

function tooLarge(how: string, maxBytes: number): AppError {
  return new AppError('too_large', `The repository is too large: ${how}.`, {
    hint: `At most ${maxFiles} files and ${Math.round(maxBytes / 1e6)} MB are built.`,
  })
}

function address(source: GitSource): string {
  return source.kind === 'pushed' ? source.path : source.repo.url
}

async function must(git: Git, args: string[], userMessage: string): Promise<void> {
  const { exitCode, stderr } = await git(args)
  if (exitCode !== 0)
    throw new AppError('fetch_failed', userMessage, { message: stderr, exitCode: exitCode ?? 1 })
}

function unreachable(
  { source, unreadableHint }: Pick<FetchInput, 'source' | 'unreadableHint'>,
  stderr: string,
): AppError {
  if (source.kind === 'pushed')
    return new AppError('fetch_failed', 'What was pushed is not there any more.', {
      message: stderr,
      hint: 'Push it again.',
    })
  const { host, protocol } = source.repo
  const refused =
    /authentication failed|could not read (username|password)|terminal prompts|permission denied|publickey|\b(401|403)\b/i
  if (refused.test(stderr) || /repository .*not found|\b404\b/i.test(stderr))
    return new AppError(
      'fetch_failed',
      `${host} does not let us read this repository, or it does not exist.`,
      {
        message: stderr,
        hint:
          unreadableHint ??
          (protocol === 'ssh'
            ? "Add the server's deploy key (Settings) to the repository, read-only."
            : 'Is it private? At GitHub connect its account (Team, GitHub); else use its ssh URL with the deploy key.'),
      },
    )
  return new AppError('fetch_failed', `The repository on ${host} cannot be reached.`, {
    message: stderr,
    hint: stderr.trim().split('\n').at(-1)?.slice(0, 300) ?? 'Check the URL.',
  })
}
