import { constants } from 'node:fs'
import { lstat, open, readdir, readFile, readlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import dockerignore from '@balena/dockerignore'
import { type Pack, pack } from 'tar-stream'
import { pathInside, skippedDirs } from '../application-dir.ts'

export type ContextOptions = {
  /** Put in, or in the place of what the directory holds under that name. */
  dockerfile: { path: string; content: string }
  /** Honour the repository's .dockerignore, and leave out nothing else but .git. */
  asTheUserWrote: boolean
}

/** A directory as the tar that the engine builds from. Links stay links: none is followed. */
export async function buildContext(dir: string, options: ContextOptions): Promise<Readable> {
  const skip = options.asTheUserWrote ? await userSkip(dir) : planSkip
  const { path, content } = options.dockerfile
  const tar = pack()
  const fill = async () => {
    tar.entry({ name: path }, content)
    await addDir(tar, dir, '', (found, isDir) => found === path || skip(found, isDir))
    tar.finalize()
  }
  fill().catch((error: unknown) => tar.destroy(toError(error)))
  return Readable.from(tar)
}

type Skip = (path: string, isDir: boolean) => boolean

function planSkip(path: string, isDir: boolean): boolean {
  return isDir && skippedDirs.has(basename(path))
}

/** Directories are walked even where a pattern leaves them out: a later one may bring a file back. */
async function userSkip(dir: string): Promise<Skip> {
  const file = await pathInside(dir, '.dockerignore', '.dockerignore').catch(() => null)
  const patterns = file === null ? '' : await readFile(file, 'utf8').catch(() => '')
  const rules = dockerignore.default().add(patterns.split(/\r?\n/))
  return (path, isDir) => (isDir ? path === '.git' : rules.ignores(path))
}

async function addDir(tar: Pack, dir: string, under: string, skip: Skip): Promise<void> {
  const entries = await readdir(join(dir, under), { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = under ? `${under}/${entry.name}` : entry.name
    if (skip(path, entry.isDirectory())) continue
    if (entry.isDirectory()) await addDir(tar, dir, path, skip)
    else await addFile(tar, dir, path)
  }
}

/** Sockets, pipes and devices are left out: reading one could wait for ever. */
async function addFile(tar: Pack, dir: string, name: string): Promise<void> {
  const path = join(dir, name)
  const found = await lstat(path)
  if (found.isSymbolicLink()) {
    tar.entry({ name, type: 'symlink', linkname: await readlink(path), mtime: found.mtime })
  } else if (found.isFile()) {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    const { mode, mtime, size } = await file.stat()
    await pipeline(
      file.createReadStream({ autoClose: false }),
      tar.entry({ name, mode, mtime, size }),
    )
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
