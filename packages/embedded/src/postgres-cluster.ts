import { execFile } from 'node:child_process'
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresPrograms } from './postgres-programs.ts'

/** Fills the data directory. Made beside it and renamed, so that one cut short is not taken for whole. */
export async function initCluster(
  programs: PostgresPrograms,
  options: { dataDir: string; password: string; durable?: boolean },
): Promise<void> {
  const draft = `${options.dataDir}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(dirname(draft), { recursive: true })
  mkdirSync(draft, { mode: 0o700 })
  const passwordFile = join(draft, '..', `.postgres-password-${process.pid}`)
  writeFileSync(passwordFile, `${options.password}\n`, { mode: 0o600 })
  if (programs.account) {
    const { uid, gid } = programs.account
    for (const path of [draft, passwordFile]) chownSync(path, uid, gid)
  }
  const { file, args } = programs.asServer('initdb', [
    `--pgdata=${draft}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    // The same order of text on every machine, whatever locales it has.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(options.durable === false ? ['--no-sync'] : []),
  ])
  try {
    await promisify(execFile)(file, args, { env: programs.env, cwd: '/' })
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(draft, options.dataDir)
}
