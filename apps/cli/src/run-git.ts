import { execFile } from 'node:child_process'
import { CliError } from './cli-error.ts'
import type { Env } from './env.ts'

export type GitAnswer = { code: number; stdout: string; stderr: string }

/** What a hook or an editor may have set: it would send git to another repository than the named one. */
const misleading = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_PREFIX',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
]

/** Runs the user's own git. Settings go by environment: arguments are in every process list. */
export function tryGit(
  env: Env,
  cwd: string,
  args: string[],
  options: { env?: Record<string, string>; config?: [string, string][] } = {},
): Promise<GitAnswer> {
  const childEnv: NodeJS.ProcessEnv = { ...env.all }
  for (const name of misleading) delete childEnv[name]
  Object.assign(childEnv, options.env, configEnv(env, options.config ?? []))
  return new Promise((resolve, reject) => {
    const child = execFile(
      'git',
      args,
      { cwd, env: childEnv, maxBuffer: 256 * 1024 * 1024, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (error && 'code' in error && error.code === 'ENOENT') reject(noGit())
        else resolve({ code: child.exitCode ?? 1, stdout: stdout.replace(/\n$/, ''), stderr })
      },
    )
    child.stdin?.end()
  })
}

/** The output, or a CliError that quotes what git said. */
export async function git(...call: Parameters<typeof tryGit>): Promise<string> {
  const answer = await tryGit(...call)
  if (answer.code === 0) return answer.stdout
  throw new CliError(
    `git ${call[2][0]} failed: ${answer.stderr.trim().split('\n').slice(-3).join(' ')}`,
  )
}

function configEnv(env: Env, config: [string, string][]): Record<string, string> {
  if (config.length === 0) return {}
  const before = Number(env.all.GIT_CONFIG_COUNT ?? 0) || 0
  const pairs = config.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${before + index}`, key],
    [`GIT_CONFIG_VALUE_${before + index}`, value],
  ])
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(before + config.length) }
}

function noGit(): CliError {
  return new CliError('git is not installed, or not on PATH.', { hint: 'https://git-scm.com' })
}
