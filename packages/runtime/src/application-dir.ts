import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { AppError } from '@moorage/domain/error'

/** The plan's root directory in the fetched source; never outside of it, by `..` or by a link. */
export async function applicationDir(sourceDir: string, rootDir: string): Promise<string> {
  return pathInside(sourceDir, rootDir, 'root directory')
}

/** `path` under `dir`, as it is on disk. Refused where it is missing or leads out of `dir`. */
export async function pathInside(dir: string, path: string, what: string): Promise<string> {
  const top = await realpath(dir)
  const real = await realpath(resolve(top, path)).catch((cause: unknown) => {
    throw new AppError('build_failed', `The ${what} "${path}" is not in the repository.`, { cause })
  })
  if (real !== top && !real.startsWith(top + sep))
    throw new AppError('build_failed', `The ${what} "${path}" leads out of the repository.`)
  return real
}

/** Directories that a build makes itself, or that are of no use to it. */
export const skippedDirs: ReadonlySet<string> = new Set(['.git', 'node_modules', '.venv'])
