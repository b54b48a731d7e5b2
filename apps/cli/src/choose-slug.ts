import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { slugFrom } from '@moorage/domain/slug'
import { CliError } from './cli-error.ts'
import { tryGit } from './run-git.ts'
import type { Session } from './session.ts'

/** The server that was named, or the one that the directory stands for. */
export async function chooseSlug(
  session: Pick<Session, 'env' | 'cwd'>,
  named: string | undefined,
  dir: string = session.cwd,
): Promise<string> {
  if (named) return named
  const slug =
    (await linkedSlug(session, dir)) ??
    slugFrom(nameInSettings(dir) ?? '') ??
    slugFrom(basename(resolve(dir)))
  if (slug) return slug
  throw new CliError('Which server? The name of this directory cannot be one.', {
    exitCode: 2,
    hint: 'Name it, or link this directory: moorage link <slug>',
  })
}

/** What "moorage link" set. */
async function linkedSlug(session: Pick<Session, 'env'>, dir: string): Promise<string | null> {
  const remote = await tryGit(session.env, dir, ['remote', 'get-url', 'moorage']).catch(() => null)
  if (remote?.code !== 0) return null
  return /\/([a-z0-9-]+)\.git$/.exec(remote.stdout)?.[1] ?? null
}

function nameInSettings(dir: string): string | null {
  try {
    const settings: unknown = JSON.parse(readFileSync(join(dir, 'moorage.json'), 'utf8'))
    if (typeof settings !== 'object' || settings === null || !('name' in settings)) return null
    return typeof settings.name === 'string' ? settings.name : null
  } catch {
    return null // None, or not readable as such: the builder says what is wrong with it.
  }
}
