import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'

export type GitPrograms = { path: string; home: string }

const maxPackBytes = 512 * 1024 * 1024

/**
 * What counts in every repository of ours, whatever its own config says. Handed over in the
 * environment on each call, so that a change here reaches old repositories too.
 */
const settings: Record<string, string> = {
  // No hook ever runs, however it came into the directory.
  'core.hooksPath': '/dev/null',
  'safe.directory': '*',
  'transfer.fsckObjects': 'true',
  'receive.fsckObjects': 'true',
  // Faults of old tools that are in many real histories and do no harm.
  'receive.fsck.badTimezone': 'ignore',
  'receive.fsck.missingSpaceBeforeDate': 'ignore',
  'receive.fsck.zeroPaddedFilemode': 'ignore',
  'receive.maxInputSize': String(maxPackBytes),
  // A pack stays as it came: as loose files all of it would be compressed twice more on its way to a build.
  'receive.unpackLimit': '1',
  'receive.autogc': 'false',
  'gc.auto': '0',
  // A shallow clone, which is what CI has, may be pushed.
  'receive.shallowUpdate': 'true',
  'receive.advertisePushOptions': 'false',
  // Uploads are for the builder; a clone gets branches and tags.
  'uploadpack.hideRefs': 'refs/moorage',
  'uploadpack.allowFilter': 'true',
}

export function spawnGit(
  programs: GitPrograms,
  args: string[],
  extraEnv: Record<string, string> = {},
): ChildProcessWithoutNullStreams {
  return spawn('git', args, {
    env: { ...gitEnv(programs), ...extraEnv },
    cwd: programs.home,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

/** A short command's output, without the last newline. Rejects where git does. */
export async function runGit(programs: GitPrograms, args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, {
    env: gitEnv(programs),
    cwd: programs.home,
    timeout: 30_000,
    maxBuffer: 4 * 1024 * 1024,
  })
  return stdout.replace(/\n$/, '')
}

/** Nothing of the operator's own git set-up, and none of the platform's secrets, reaches git. */
function gitEnv(programs: GitPrograms): Record<string, string> {
  const pairs = Object.entries(settings)
  const env: Record<string, string> = {
    PATH: programs.path,
    HOME: programs.home,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(pairs.length),
  }
  for (const [index, [key, value]] of pairs.entries()) {
    env[`GIT_CONFIG_KEY_${index}`] = key
    env[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return env
}
