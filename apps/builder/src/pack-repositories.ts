import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Builder } from './context.ts'
import { runCommand } from './run-command.ts'

const timeoutMs = 600_000

/**
 * Packs what was pushed, and drops objects that no branch, tag or upload names any more and that are
 * older than an image would be kept: what a force push or a newer upload left. Safe beside a push.
 */
export async function packRepositories(
  builder: Pick<Builder, 'env' | 'log' | 'stopping'>,
): Promise<void> {
  const { env, log, stopping } = builder
  const dir = join(env.MOORAGE_DATA_DIR, 'git')
  for (const name of await readdir(dir).catch(() => [])) {
    if (!/^srv_[a-z0-9]+\.git$/.test(name)) continue
    if (stopping.aborted) return
    const settings = ['safe.directory=*', 'core.hooksPath=/dev/null', 'gc.autoDetach=false']
    const fixed = settings.flatMap((setting) => ['-c', setting])
    const expired = `--prune=${Math.ceil(env.MOORAGE_KEEP_IMAGE_DAYS)}.days.ago`
    const done = await runCommand({
      file: 'git',
      args: [...fixed, '--git-dir', join(dir, name), 'gc', '--auto', '--quiet', expired],
      cwd: dir,
      env: { PATH: env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
      signal: stopping,
      timeoutMs,
    })
    if (done.exitCode !== 0) log.warn({ name, output: done }, 'a repository could not be packed')
  }
}
