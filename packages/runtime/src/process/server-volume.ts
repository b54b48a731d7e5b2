import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@moorage/domain/error'
import { extract, type Pack, pack } from 'tar-stream'
import { inspectInstance } from './instance-status.ts'
import type { Paths } from './paths.ts'
import { instanceFactsSchema, readState } from './state-file.ts'

/** The directory that stands for the volume. Throws where another instance has it. */
export async function ensureVolume(paths: Paths, name: string): Promise<string> {
  if (await isUsed(paths, name))
    throw new AppError('conflict', "Another instance still has the server's volume.", {
      hint: 'It is given to one at a time. Try again once the other one has ended.',
    })
  await mkdir(paths.volume(name), { recursive: true, mode: 0o700 })
  return paths.volume(name)
}

export async function listVolumes(paths: Paths): Promise<string[]> {
  return (await namesIn(paths.volumes)).filter((name) => !name.startsWith('.'))
}

export async function measureVolumes(paths: Paths): Promise<{ name: string; sizeBytes: number }[]> {
  const names = await listVolumes(paths)
  return Promise.all(
    names.map(async (name) => ({ name, sizeBytes: await sizeOf(paths.volume(name)) })),
  )
}

export async function readVolume(paths: Paths, name: string): Promise<Readable> {
  const tar = pack()
  const root = paths.volume(name)
  packDirectory(tar, root, '').then(
    () => tar.finalize(),
    (error: Error) => tar.destroy(error),
  )
  return Readable.from(tar)
}

export async function writeVolume(paths: Paths, name: string, archive: Readable): Promise<void> {
  const part = join(paths.volumes, `.${name}`)
  for (const dir of [part, paths.volume(name)]) await rm(dir, { recursive: true, force: true })
  await mkdir(part, { recursive: true, mode: 0o700 })
  const tar = extract()
  const unpacked = (async () => {
    for await (const entry of tar) {
      const { name: path, type, linkname, mode = 0o600 } = entry.header
      const to = join(part, path)
      await mkdir(type === 'directory' ? to : dirname(to), { recursive: true, mode: 0o700 })
      if (type === 'symlink') await symlink(linkname ?? '', to)
      if (type === 'file') await pipeline(entry, createWriteStream(to, { mode, flags: 'wx' }))
      else entry.resume()
    }
  })()
  await Promise.all([pipeline(archive, tar), unpacked])
  await rename(part, paths.volume(name))
}

export async function removeVolume(paths: Paths, name: string): Promise<boolean> {
  if (await isUsed(paths, name)) return false
  await rm(paths.volume(name), { recursive: true, force: true })
  return true
}

async function isUsed(paths: Paths, name: string): Promise<boolean> {
  for (const id of await namesIn(paths.instances)) {
    const facts = await readState(paths.instance(id).facts, instanceFactsSchema)
    if (facts?.volume !== name) continue
    const status = await inspectInstance(paths, id)
    if (status && status.state !== 'exited') return true
  }
  return false
}

async function packDirectory(tar: Pack, root: string, under: string): Promise<void> {
  for (const entry of await readdir(join(root, under))) {
    const name = join(under, entry)
    const path = join(root, name)
    const stat = await lstat(path)
    const header = { name, mode: stat.mode & 0o777, mtime: stat.mtime }
    if (stat.isSymbolicLink())
      tar.entry({ ...header, type: 'symlink', linkname: await readlink(path) })
    else if (stat.isFile())
      await pipeline(
        createReadStream(path, { end: Math.max(0, stat.size - 1) }),
        tar.entry({ ...header, size: stat.size }),
      )
    else if (stat.isDirectory()) {
      tar.entry({ ...header, type: 'directory' })
      await packDirectory(tar, root, name)
    }
  }
}

async function sizeOf(dir: string): Promise<number> {
  let sum = 0
  for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) sum += await sizeOf(path)
    else
      sum += await lstat(path).then(
        ({ size }) => size,
        () => 0,
      )
  }
  return sum
}

function namesIn(dir: string): Promise<string[]> {
  return readdir(dir).catch(() => [])
}
