import { posix } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@moorage/domain/error'
import { extract, type Header, type Pack, pack } from 'tar-stream'

export type ArchiveLimits = { maxBytes: number; maxEntries: number }

export const archiveLimits: ArchiveLimits = { maxBytes: 20 * 2 ** 30, maxEntries: 1_000_000 }

type Options = {
  /** What a volume must not get ends it with an AppError of code bad_input; else it is left out. */
  strict: boolean
  limits?: ArchiveLimits
}

/**
 * The archive again with plain names and modes, as it can be put into a volume. A volume's own
 * sockets, and links to elsewhere, stay out of its backups in this way.
 */
export function cleanArchive(archive: Readable, options: Options): Readable {
  const out = pack()
  const reading = extract()
  void Promise.all([pipeline(archive, reading), copy(reading, out, options)]).then(
    () => out.finalize(),
    (error: unknown) => {
      archive.destroy()
      out.destroy(error instanceof AppError ? error : notAnArchive(error))
    },
  )
  return Readable.from(out)
}

async function copy(
  reading: ReturnType<typeof extract>,
  out: Pack,
  { strict, limits = archiveLimits }: Options,
): Promise<void> {
  const links = new Set<string>()
  let bytes = 0
  let entries = 0
  for await (const entry of reading) {
    const { header } = entry
    bytes += header.size ?? 0
    if (++entries > limits.maxEntries || bytes > limits.maxBytes)
      throw refused('holds more than a volume may', header.name)
    const name = plainName(header.name)
    const fault = faultOf(header, name, links)
    if (fault && strict) throw refused(fault, header.name)
    if (fault || name === '.') {
      entry.resume()
      continue
    }
    if (header.type === 'symlink') links.add(name)
    await pipeline(entry, out.entry(cleaned(header, name)))
  }
}

function faultOf(header: Header, name: string, links: Set<string>): string | null {
  const { type, linkname = '' } = header
  if (header.name.includes('\0') || posix.isAbsolute(header.name) || isOutside(name))
    return 'leads out of the volume'
  const parents = name.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))
  if (parents.some((parent) => links.has(parent)) || links.has(name)) return 'goes through a link'
  if (type === 'file' || type === 'contiguous-file' || type === 'directory') return null
  if (type !== 'symlink') return `is of a kind that a volume does not hold (${type})`
  const target = posix.normalize(posix.join(posix.dirname(name), linkname))
  return posix.isAbsolute(linkname) || isOutside(target) ? 'is a link out of the volume' : null
}

const isOutside = (path: string) => path === '..' || path.startsWith('../')
const plainName = (name: string) => posix.normalize(name).replace(/\/+$/, '') || '.'

function cleaned(
  { type, mode, mtime, size, linkname, uid, gid }: Header,
  name: string,
): Partial<Header> & Pick<Header, 'name'> {
  const kind = type === 'symlink' || type === 'directory' ? type : 'file'
  return {
    ...{ name, type: kind, mode: (mode ?? 0o600) & 0o777, uid: uid || 10001, gid: gid || 10001 },
    ...(mtime && { mtime }),
    ...(kind === 'file' && { size: size ?? 0 }),
    ...(kind === 'symlink' && { linkname: linkname ?? '' }),
  }
}

function refused(why: string, name: string): AppError {
  return new AppError('bad_input', `"${name.slice(0, 200)}" in the archive ${why}.`, {
    hint: 'Upload a .tar.gz of plain files, directories and links among them.',
  })
}

function notAnArchive(cause: unknown): AppError {
  return new AppError('bad_input', 'This is no archive that can be read.', {
    message: cause instanceof Error ? cause.message : String(cause),
    cause,
    hint: 'Upload a .tar.gz, as a backup is one.',
  })
}
