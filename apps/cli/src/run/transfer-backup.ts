import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { refused, unreachable } from '../api.ts'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import type { Session } from '../session.ts'
import { restore } from './volume.ts'

const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
})
const backupSchema = z.object({ id: z.string(), sizeBytes: z.number() })

/** Into a file that is there as a whole or not at all. */
export async function downloadBackup(
  session: Session,
  named: string | undefined,
  flags: { server?: string; output?: string },
): Promise<void> {
  const { cwd, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const id = named ?? (await newestBackup(session, slug))
  const file = resolve(cwd, flags.output ?? `${slug}-${id}.tar.gz`)
  if (existsSync(file))
    throw new CliError(`${file} is there already.`, { exitCode: 2, hint: 'Name another: --output' })
  const response = await send(session, `${slug}/backups/${encodeURIComponent(id)}`)
  const part = `${file}.part`
  try {
    const content = Readable.fromWeb((response.body ?? new Blob().stream()) as ReadableStream)
    await pipeline(content, createWriteStream(part, { mode: 0o600 }))
    await rename(part, file)
  } finally {
    await rm(part, { force: true })
  }
  const { size: sizeBytes } = await stat(file)
  if (terminal.json) return terminal.printJson({ id, file, sizeBytes })
  terminal.print(file)
}

async function newestBackup({ api }: Session, slug: string): Promise<string> {
  const volume = await api.volumes.get.query({ slug })
  const newest = volume?.backups.find(({ status }) => status === 'done')
  if (newest) return newest.id
  throw new CliError(`There is no backup of "${slug}".`, {
    exitCode: 4,
    hint: `Make one: moorage volume backup ${slug}`,
  })
}

/** A .tar.gz becomes a backup; the volume gets its content where that is asked for. */
export async function uploadBackup(
  session: Session,
  path: string,
  flags: { server?: string; restore?: boolean },
): Promise<void> {
  const { cwd, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const file = resolve(cwd, path)
  const found = await stat(file).catch(() => null)
  if (!found?.isFile()) throw new CliError(`There is no file ${file}.`, { exitCode: 2 })
  const response = await send(session, `${slug}/backups`, {
    method: 'POST',
    headers: { 'content-length': String(found.size) },
    body: Readable.toWeb(createReadStream(file)) as globalThis.ReadableStream,
    duplex: 'half',
  })
  const backup = backupSchema.loose().parse(await response.json())
  if (flags.restore) return restore(session, backup.id, { server: slug })
  if (terminal.json) return terminal.printJson(backup)
  terminal.print(backup.id)
  terminal.note(`The volume has it after: moorage volume restore ${backup.id} --server ${slug}`)
}

/** A request beside tRPC, for as long as it takes. */
async function send(
  { platform }: Session,
  path: string,
  { headers, ...init }: RequestInit & { duplex?: 'half' } = {},
): Promise<Response> {
  const authorization = `Bearer ${platform.key ?? ''}`
  const response = await fetch(`${platform.url}/api/volumes/${path}`, {
    ...init,
    headers: { ...headers, authorization },
  }).catch((error: unknown) => {
    throw unreachable(error, platform)
  })
  if (response.ok) return response
  const said = refusalSchema.safeParse(await response.json().catch(() => null))
  if (said.success) throw refused(said.data.error)
  throw new CliError(`${platform.url} answered with ${response.status}.`)
}
