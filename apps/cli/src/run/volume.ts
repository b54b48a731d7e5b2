import { setTimeout as sleep } from 'node:timers/promises'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { server?: string; team?: string }

const origins = {
  manual: 'asked for',
  daily: 'daily',
  restore: 'before a restore',
  upload: 'upload',
}

export async function showVolume(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const volume = await api.volumes.get.query({ slug })
  if (terminal.json) return terminal.printJson(volume)
  if (!volume) return terminal.note(`"${slug}" has no volume: moorage volume set ${slug}`)
  const limit = volume.maxBytes === null ? '' : ` of ${size(volume.maxBytes)}`
  terminal.print(`${volume.path}  holds ${size(volume.usedBytes)}${limit}`)
  terminal.print(volume.backupDaily ? 'Backed up every day' : 'Not backed up by itself')
  if (volume.isRestoring) terminal.note('A restore is under way.')
  if (volume.restoreFault) terminal.note(`The last restore failed: ${volume.restoreFault}`)
  if (volume.backups.length === 0)
    return terminal.note(`There is no backup: moorage volume backup ${slug}`)
  printTable(
    terminal,
    ['BACKUP', 'WHEN', 'WHY', 'SIZE', 'STATUS'],
    volume.backups.map((it) => [
      it.id,
      ago(it.createdAt),
      origins[it.origin],
      size(it.sizeBytes),
      it.fault ?? it.status,
    ]),
  )
}

export async function setVolume(
  session: Session,
  named: string | undefined,
  flags: { path?: string; maxMb?: number | false; daily?: boolean },
): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const { path, maxMb, daily } = flags
  const volume = await api.volumes.set.mutate({
    slug,
    path,
    maxBytes: maxMb === false ? null : maxMb && maxMb * 2 ** 20,
    backupDaily: daily,
  })
  if (terminal.json) return terminal.printJson(volume)
  terminal.print(`${slug} has a volume at ${volume?.path}`)
  terminal.note(`Counts from the next deployment on: moorage deployments create ${slug}`)
}

export async function detachVolume(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const answer = await api.volumes.detach.mutate({ slug })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${slug} starts without a volume from now on.`)
  terminal.note('It is kept for seven days: moorage volume kept')
}

export async function backUp(session: Session, named: string | undefined): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, named)
  const { id } = await api.volumes.backup.mutate({ slug })
  terminal.note('The backup is being made ...')
  const done = await until(async () => {
    const volume = await api.volumes.get.query({ slug })
    const backup = volume?.backups.find((one) => one.id === id)
    return backup && backup.status !== 'waiting' ? backup : null
  })
  if (done.status === 'failed') throw new CliError(`The backup failed. ${done.fault ?? ''}`)
  if (terminal.json) return terminal.printJson(done)
  terminal.print(`${id}  ${size(done.sizeBytes)}`)
}

export async function restore(session: Session, id: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  await api.volumes.restore.mutate({ slug, id })
  terminal.note('The volume is being restored; calls wait meanwhile ...')
  const volume = await until(async () => {
    const now = await api.volumes.get.query({ slug })
    return now?.isRestoring ? null : now
  })
  if (volume.restoreFault)
    throw new CliError(`The restore failed; nothing was changed. ${volume.restoreFault}`)
  if (terminal.json) return terminal.printJson(volume)
  terminal.print(`${slug} has what ${id} holds. What it had before is a backup too.`)
}

export async function removeBackup(session: Session, id: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const answer = await api.volumes.removeBackup.mutate({ slug, id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`Removed: ${id}`)
}

export async function listKept({ api, terminal }: Session, { team }: Flags): Promise<void> {
  const volumes = await api.volumes.kept.query({ team })
  if (terminal.json) return terminal.printJson(volumes)
  if (volumes.length === 0) return terminal.note('No volume is without a server.')
  printTable(
    terminal,
    ['VOLUME', 'WAS OF', 'PATH', 'HOLDS', 'GOES FOR GOOD'],
    volumes.map((it) => [it.id, it.madeFor, it.path, size(it.usedBytes), it.goesAt.toISOString()]),
  )
}

export async function attach(session: Session, id: string, flags: Flags): Promise<void> {
  const { api, terminal } = session
  const slug = await chooseSlug(session, flags.server)
  const answer = await api.volumes.attach.mutate({ slug, id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${slug} has ${id}`)
  terminal.note(`Counts from the next deployment on: moorage deployments create ${slug}`)
}

export async function destroy({ api, terminal }: Session, id: string, { team }: Flags) {
  const answer = await api.volumes.destroy.mutate({ team, id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`Removed for good: ${id}`)
}

/** A builder does it within a few seconds, or as long as it takes. */
async function until<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look()
    if (found !== null) return found
    await sleep(500)
  }
}

function size(bytes: number | null): string {
  if (bytes === null) return '-'
  return bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`
}
