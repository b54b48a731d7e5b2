import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'

/** Where git is, on Linux and macOS. */
export const searchPath = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'

/** All that the tests of a file make lies below, and goes with it. */
const root = mkdtempSync(join(tmpdir(), 'moorage-git-work-'))
afterAll(() => rm(root, { recursive: true, force: true }))

export const tempDirectory = () => mkdtempSync(join(root, 'd-'))

type GitResult = { code: number; output: string }

/** The machine's own git, with no set-up of its user. Never asks at the terminal. */
export function git(dir: string, ...args: string[]): Promise<GitResult> {
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      args,
      { cwd: dir, maxBuffer: 64 * 1024 * 1024, env: clientEnv },
      (_error, stdout, stderr) =>
        resolve({ code: child.exitCode ?? 1, output: `${stdout}${stderr}` }),
    )
  })
}

const clientEnv = {
  PATH: searchPath,
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.com',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.com',
}

/** A work tree with one commit on `branch`. */
export async function newWorkTree(branch = 'main'): Promise<string> {
  const dir = tempDirectory()
  await git(dir, 'init', '--quiet', `--initial-branch=${branch}`)
  await commit(dir, 'First version', { 'server.py': 'print("one")\n' })
  return dir
}

export async function commit(
  dir: string,
  subject: string,
  files: Record<string, string | Buffer>,
): Promise<string> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  await git(dir, 'add', '--all')
  await git(dir, 'commit', '--quiet', '--message', subject)
  return (await git(dir, 'rev-parse', 'HEAD')).output.trim()
}

/** The remote's address with the key as password. */
export function remote(origin: string, slug: string, key: string): string {
  return `${origin.replace('://', `://moorage:${key}@`)}/${slug}.git`
}
