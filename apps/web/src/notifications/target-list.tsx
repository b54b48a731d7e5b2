'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useMutation } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { eventWords } from './event-words.ts'

type Target = ApiOutputs['notifications']['list'][number]

export function TargetList({ team, targets }: { team: string; targets: Target[] }) {
  const router = useRouter()
  const isWaiting = targets.some((target) => target.last?.status === 'waiting')
  useEffect(() => {
    if (!isWaiting) return
    const timer = setInterval(() => router.refresh(), 2_000)
    return () => clearInterval(timer)
  }, [isWaiting, router])
  return (
    <ul className="overflow-hidden rounded-lg border bg-surface text-sm">
      {targets.map((target) => (
        <Row key={target.id} team={team} target={target} />
      ))}
    </ul>
  )
}

function Row({ team, target }: { team: string; target: Target }) {
  const api = useTRPC()
  const answer = useAnswer()
  const options = (said: string) => ({
    onSuccess: () => answer.done(said),
    onError: answer.failed,
  })
  const test = useMutation(
    api.notifications.test.mutationOptions(options('A notice is on its way.')),
  )
  const remove = useMutation(
    api.notifications.remove.mutationOptions(options(`${target.name} is removed.`)),
  )
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t px-4 py-3 first:border-t-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium" title={target.name}>
          {target.name}
        </p>
        <p className="truncate text-xs text-faint" title={target.to}>
          {target.kind} · {target.to} · {target.events.map((one) => eventWords[one]).join(', ')}
        </p>
        {target.last ? <Last last={target.last} /> : null}
      </div>
      <Button size="sm" busy={test.isPending} onClick={() => test.mutate({ team, id: target.id })}>
        Test
      </Button>
      <button
        type="button"
        aria-label={`Remove ${target.name}`}
        title={`Remove ${target.name}`}
        disabled={remove.isPending}
        onClick={() => remove.mutate({ team, id: target.id })}
        className="grid size-7 place-items-center rounded-md text-faint hover:bg-hover hover:text-failed"
      >
        <Trash2 className="size-3.5" />
      </button>
    </li>
  )
}

const marks = {
  waiting: { shape: 'turning', tone: 'building', word: 'On its way' },
  delivered: { shape: 'dot', tone: 'live', word: 'Delivered' },
  failed: { shape: 'cross', tone: 'failed', word: 'Failed' },
} as const

function Last({ last }: { last: NonNullable<Target['last']> }) {
  return (
    <p className="mt-1 flex flex-wrap items-center gap-x-1.5 text-xs text-muted">
      <StatusMark mark={marks[last.status]} />
      <span>
        {eventWords[last.event]}, <Time at={last.createdAt} />
      </span>
      {last.status === 'delivered' || !last.result ? null : (
        <span className="min-w-0 break-words">{last.result}</span>
      )}
    </p>
  )
}
