import { copyFileSync, existsSync, mkdtempSync, realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { CliError } from './cli-error.ts'
import type { Env } from './env.ts'
import { packPlainDirectory } from './pack-plain-directory.ts'
import { git, tryGit } from './run-git.ts'

/** A tree that is ready to be sent, in a repository that git can push from. */
export type PackedSource = AsyncDisposable & {
  /** Where git runs, and with which settings. */
  cwd: string
  env: Record<string, string>
  tree: string
  message: string
  /** "3 files", for people. */
  describe: string
  notes: string[]
}

/**
 * Exactly what git tracks below `dir`, as it is in the work tree now. Nothing of the user's
 * repository changes: the index is a copy. Where `serverRootDir` says that the server lives in this
 * very subdirectory, the whole repository is packed, as the server expects it.
 */
export async function packSource(
  env: Env,
  dir: string,
  serverRootDir: string,
): Promise<PackedSource> {
  const path = realpathSync(dir)
  const top = await tryGit(env, path, ['rev-parse', '--show-toplevel'])
  if (top.code !== 0 || top.stdout === '') return packPlainDirectory(env, path)
  const root = realpathSync(top.stdout)
  const below = relative(root, path).split(sep).join('/')
  const tracked = await git(env, path, ['ls-files', '--cached', '-z', '--', '.'])
  if (tracked === '') return packPlainDirectory(env, path)
  return packTracked(env, root, below === serverRootDir ? '' : below)
}

async function packTracked(env: Env, root: string, below: string): Promise<PackedSource> {
  const temp = mkdtempSync(join(tmpdir(), 'moorage-'))
  try {
    const index = join(temp, 'index')
    const real = resolve(root, await git(env, root, ['rev-parse', '--git-path', 'index']))
    if (existsSync(real)) copyFileSync(real, index)
    const gitEnv = { GIT_INDEX_FILE: index }
    const options = { env: gitEnv, config: noMonitor }
    await git(env, root, ['add', '--update', '--', '.'], options)
    const prefix = below === '' ? [] : [`--prefix=${below}/`]
    const tree = await git(env, root, ['write-tree', ...prefix], options)
    const count = (await git(env, root, ['ls-files', '-z', '--', below || '.'], options))
      .split('\0')
      .filter(Boolean).length
    if (count === 0) throw new CliError('git tracks no file here any more.')
    const head = await tryGit(env, root, ['rev-parse', '--verify', '--quiet', `HEAD:${below}`])
    const subject = await tryGit(env, root, ['log', '-1', '--no-show-signature', '--format=%s'])
    const changed = head.stdout === tree ? '' : ' (with uncommitted changes)'
    return {
      cwd: root,
      env: {},
      tree,
      message: `${subject.stdout || basename(root)}${changed}`,
      describe: count === 1 ? '1 file' : `${count} files`,
      notes: await untracked(env, below === '' ? root : join(root, below)),
      [Symbol.asyncDispose]: () => rm(temp, { recursive: true, force: true }),
    }
  } catch (error) {
    await rm(temp, { recursive: true, force: true })
    throw error
  }
}

/** A file-watching daemon of the user's would write into the copied index. */
const noMonitor: [string, string][] = [
  ['core.fsmonitor', 'false'],
  ['core.splitIndex', 'false'],
]

/** The usual reason why a deployed server lacks a file. */
async function untracked(env: Env, dir: string): Promise<string[]> {
  const listed = await tryGit(env, dir, ['ls-files', '--others', '--exclude-standard', '-z'])
  const names = listed.stdout
    .split('\0')
    .filter((name) => name !== '' && dirname(name) !== '.moorage')
  if (names.length === 0) return []
  const some = names.slice(0, 3).join(', ') + (names.length > 3 ? ', …' : '')
  return [`Not sent, because git does not track it (git add): ${some}`]
}
