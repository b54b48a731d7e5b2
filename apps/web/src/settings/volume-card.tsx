'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { formatSize } from '../format/size.ts'
import { Button } from '../parts/button.tsx'
import { Card } from '../parts/card.tsx'
import { CheckField } from '../parts/check-field.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { TextField } from '../parts/field.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { BackupList } from './backup-list.tsx'
import { countsFromNextDeployment } from './save-server.tsx'

type Volume = NonNullable<ApiOutputs['volumes']['get']>

/** The directory that outlives the server's versions, and its backups. */
export function VolumeCard({ initial }: { initial: Volume | null }) {
  const { server } = useLiveServer()
  const api = useTRPC()
  const { data, refetch } = useQuery(
    api.volumes.get.queryOptions(
      { slug: server.slug },
      {
        initialData: initial,
        refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? 1_000 : 30_000),
      },
    ),
  )
  if (!data)
    return (
      <Card title="Volume">
        <NewVolume onChanged={refetch} />
      </Card>
    )
  return (
    <Card title="Volume" flush aside={<Detach volume={data} onChanged={refetch} />}>
      <Facts volume={data} onChanged={refetch} />
      <BackupList volume={data} onChanged={refetch} />
    </Card>
  )
}

function isUnderWay({ isRestoring, backups }: Volume): boolean {
  return isRestoring || backups.some(({ status }) => status === 'waiting')
}

function NewVolume({ onChanged }: { onChanged: () => Promise<unknown> }) {
  const { server, can } = useLiveServer()
  const [path, setPath] = useState('/data')
  const set = useVolumeChange(onChanged)
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        set.mutate({ slug: server.slug, path })
      }}
    >
      <p className="text-sm text-muted">
        None: what the server writes is gone with each version. With a volume it keeps a directory.
        Two versions never write to it at once: the live one ends before the next one starts, and
        calls wait for those seconds. Previews have none.
      </p>
      {can.update ? (
        <div className="flex items-end gap-3">
          <div className="min-w-0 flex-1">
            <TextField
              label="Directory"
              value={path}
              spellCheck={false}
              onChange={(event) => setPath(event.target.value)}
            />
          </div>
          <Button type="submit" busy={set.isPending}>
            Add volume
          </Button>
        </div>
      ) : null}
    </form>
  )
}

function Facts({ volume, onChanged }: { volume: Volume; onChanged: () => Promise<unknown> }) {
  const { server, can } = useLiveServer()
  const set = useVolumeChange(onChanged)
  const isOver = volume.maxBytes !== null && (volume.usedBytes ?? 0) > volume.maxBytes
  return (
    <div className="grid gap-4 p-4">
      <p className="text-sm">
        <code className="font-mono">{volume.path}</code>{' '}
        <span className={isOver ? 'text-failed' : 'text-muted'}>
          {volume.usedBytes === null ? 'not measured yet' : `holds ${formatSize(volume.usedBytes)}`}
          {volume.maxBytes === null ? '' : ` of ${formatSize(volume.maxBytes)}`}
        </span>
      </p>
      {volume.isRestoring ? <p className="text-sm">A restore is under way. Calls wait.</p> : null}
      {volume.restoreFault ? (
        <p className="text-sm text-failed">The last restore failed: {volume.restoreFault}</p>
      ) : null}
      <CheckField
        label="Back it up every day"
        hint="The server stands still meanwhile, and calls wait."
        checked={set.isPending ? (set.variables.backupDaily ?? false) : volume.backupDaily}
        disabled={!can.update || set.isPending}
        onChange={(event) => set.mutate({ slug: server.slug, backupDaily: event.target.checked })}
      />
    </div>
  )
}

function Detach({ volume, onChanged }: { volume: Volume; onChanged: () => Promise<unknown> }) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const detach = useMutation(
    api.volumes.detach.mutationOptions({
      onSuccess: () => {
        answer.done(countsFromNextDeployment)
        return onChanged()
      },
      onError: answer.failed,
    }),
  )
  if (!can.remove) return null
  return (
    <ConfirmButton
      label="Take away"
      title={`Take the volume at ${volume.path} away?`}
      description={`The server starts without it from its next version on. It is kept for seven days and can be had back: moorage volume attach ${volume.id}`}
      busy={detach.isPending}
      onConfirm={() => detach.mutate({ slug: server.slug })}
    />
  )
}

function useVolumeChange(onChanged: () => Promise<unknown>) {
  const api = useTRPC()
  const answer = useAnswer()
  return useMutation(
    api.volumes.set.mutationOptions({
      onSuccess: (_volume, { path }) => {
        answer.done(path === undefined ? 'Saved.' : countsFromNextDeployment)
        return onChanged()
      },
      onError: answer.failed,
    }),
  )
}
