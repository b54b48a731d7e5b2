'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { useTRPC } from '../api-client/api-provider.tsx'
import { formatSize } from '../format/size.ts'
import { Button } from '../parts/button.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { FileButton } from '../parts/file-button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { postBackup } from './post-backup.ts'

type Volume = NonNullable<ApiOutputs['volumes']['get']>
type Backup = Volume['backups'][number]

const origins = {
  manual: 'Asked for',
  daily: 'Daily',
  restore: 'Before a restore',
  upload: 'Uploaded',
} as const

export function BackupList({
  volume,
  onChanged,
}: {
  volume: Volume
  onChanged: () => Promise<unknown>
}) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const backUp = useMutation(
    api.volumes.backup.mutationOptions({ onSuccess: () => onChanged(), onError: answer.failed }),
  )
  return (
    <div className="border-t">
      <div className="flex min-h-11 items-center justify-between gap-3 px-4 py-1.5">
        <h3 className="text-sm font-medium">Backups</h3>
        {can.update ? (
          <div className="flex gap-2">
            <Upload onChanged={onChanged} />
            <Button
              size="sm"
              busy={backUp.isPending}
              onClick={() => backUp.mutate({ slug: server.slug })}
            >
              Back up now
            </Button>
          </div>
        ) : null}
      </div>
      {volume.backups.length > 0 ? (
        <ul>
          {volume.backups.map((backup) => (
            <Row key={backup.id} backup={backup} volume={volume} onChanged={onChanged} />
          ))}
        </ul>
      ) : (
        <p className="px-4 pb-4 text-sm text-muted">There is none yet.</p>
      )}
    </div>
  )
}

function Upload({ onChanged }: { onChanged: () => Promise<unknown> }) {
  const { server } = useLiveServer()
  const answer = useAnswer()
  const upload = useMutation({
    mutationFn: (file: File) => postBackup(server.slug, file),
    onSuccess: () => {
      answer.done('Uploaded. The volume has it once you restore it.')
      return onChanged()
    },
    onError: answer.failed,
  })
  return (
    <FileButton accept=".tar.gz,.tgz" busy={upload.isPending} onFile={upload.mutate}>
      {upload.isPending ? 'Uploading ...' : 'Upload'}
    </FileButton>
  )
}

function Row({
  backup,
  volume,
  onChanged,
}: {
  backup: Backup
  volume: Volume
  onChanged: () => Promise<unknown>
}) {
  return (
    <li className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 border-t px-4 py-1.5 text-sm">
      <span className="min-w-0 flex-1">
        {origins[backup.origin]}{' '}
        <span className="text-xs text-faint">
          <Time at={backup.createdAt} />
        </span>
        {backup.fault ? <span className="block text-failed">{backup.fault}</span> : null}
      </span>
      <span className="num text-xs text-muted">
        {backup.sizeBytes === null ? backup.status : formatSize(backup.sizeBytes)}
      </span>
      {backup.status === 'done' ? <Download backup={backup} /> : null}
      {backup.status === 'done' && !volume.isRestoring ? (
        <Restore backup={backup} onChanged={onChanged} />
      ) : null}
    </li>
  )
}

function Download({ backup }: { backup: Backup }) {
  const { server, can } = useLiveServer()
  if (!can.update) return null
  return (
    <a
      href={`/api/volumes/${server.slug}/backups/${backup.id}`}
      download
      className="text-accent hover:underline"
    >
      Download
    </a>
  )
}

function Restore({ backup, onChanged }: { backup: Backup; onChanged: () => Promise<unknown> }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const restore = useMutation(
    api.volumes.restore.mutationOptions({ onSuccess: () => onChanged(), onError: answer.failed }),
  )
  if (!can.update) return null
  return (
    <ConfirmButton
      label="Restore"
      title="Put back what this backup holds?"
      description="The server is stopped and started again, and calls wait. Of what is there now a backup is made first."
      busy={restore.isPending}
      onConfirm={() => restore.mutate({ slug: server.slug, id: backup.id })}
    />
  )
}
