import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ready } from './platform.ts'
import { type Ran, run } from './platform.ts'

/** A working copy as a user has it, made from one of e2e/servers. */
export type Repository = {
  dir: string
  git(...args: string[]): Promise<Ran>
  edit(path: string, change: (text: string) => string): void
  write(path: string, text: string): void
  commit(message: string): Promise<string>
  /** `git push` with the admin key as password. */
  push(ready: Ready, slug: string): Promise<Ran>
  remove(): void
}

export async function createRepository(example: string | null): Promise<Repository> {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-repo-'))
  if (example) cpSync(new URL(`servers/${example}/`, import.meta.url), dir, { recursive: true })
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    ...identity('AUTHOR'),
    ...identity('COMMITTER'),
  }
  const git = (...args: string[]) => run('git', args, { cwd: dir, env })
  await git('init', '--quiet', '--initial-branch=main')
  return {
    dir,
    git,
    write: (path, text) => writeFileSync(join(dir, path), text),
    edit(path, change) {
      const before = readFileSync(join(dir, path), 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`the change to ${path} changes nothing`)
      writeFileSync(join(dir, path), after)
    },
    async commit(message) {
      await git('add', '--all')
      const done = await git('commit', '--quiet', '--message', message)
      if (done.exitCode !== 0) throw new Error(done.stderr + done.stdout)
      return (await git('rev-parse', 'HEAD')).stdout.trim()
    },
    push(ready, slug) {
      const url = new URL(`${ready.gitUrl}/${slug}.git`)
      url.username = 'moorage'
      url.password = ready.adminApiKey
      return git('push', url.href, 'HEAD:main')
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  }
}

function identity(who: string): Record<string, string> {
  return { [`GIT_${who}_NAME`]: 'A user', [`GIT_${who}_EMAIL`]: 'user@example.com' }
}
