import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { searchPath } from './platform.ts'

export type CliResult = { code: number; stdout: string; stderr: string }

/** All that the tests of a file make lies below, and goes with it. */
const root = mkdtempSync(join(tmpdir(), 'moorage-cli-work-'))
afterAll(() => rm(root, { recursive: true, force: true }))

export const tempDirectory = () => mkdtempSync(join(root, 'd-'))

const main = join(import.meta.dirname, '../main.ts')

/** The real CLI in a process of its own, in the given directory, with nothing of this machine's user. */
export async function cli(
  cwd: string,
  args: string[],
  options: { env?: Record<string, string>; input?: string; killAfter?: RegExp } = {},
): Promise<CliResult> {
  const home = options.env?.HOME ?? tempDirectory()
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: searchPath, HOME: home, XDG_CACHE_HOME: join(root, 'cache'), ...options.env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (options.killAfter?.test(stdout)) child.kill()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(options.input ?? '')
  await once(child, 'close')
  return { code: child.exitCode ?? -1, stdout, stderr }
}

export async function newDirectory(name: string, files: Record<string, string>): Promise<string> {
  const dir = join(tempDirectory(), name)
  await mkdir(dir)
  await write(dir, files)
  return dir
}

export async function write(dir: string, files: Record<string, string>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
}

/** git as some user would call it. Returns stdout. */
export async function git(dir: string, ...args: string[]): Promise<string> {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  const child = spawn('git', [...identity, ...args], { cwd: dir, env: { PATH: searchPath } })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`git ${args.join(' ')} failed`)
  return stdout.trim()
}

export async function newRepository(name: string, files: Record<string, string>): Promise<string> {
  const dir = await newDirectory(name, files)
  await git(dir, 'init', '--quiet', '--initial-branch=main')
  await git(dir, 'add', '--all')
  await git(dir, 'commit', '--quiet', '-m', 'First version')
  return dir
}
