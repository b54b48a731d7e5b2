'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { Button } from '../parts/button.tsx'
import { Time } from '../parts/time.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { auditPage } from './audit-page.ts'

type Row = ApiOutputs['audit']['list'][number]

/** Who did what, the newest first; older ones on request. */
export function AuditTable({ team, initial }: { team: string; initial: Row[] }) {
  const client = useTRPCClient()
  const answer = useAnswer()
  const [rows, setRows] = useState(initial)
  const [hasMore, setHasMore] = useState(initial.length === auditPage)
  const [busy, setBusy] = useState(false)
  const more = async () => {
    setBusy(true)
    try {
      const before = rows.at(-1)?.id
      const older = await client.audit.list.query({ team, ...(before ? { before } : {}) })
      setRows([...rows, ...older])
      setHasMore(older.length === auditPage)
    } catch (error) {
      answer.failed(error)
    }
    setBusy(false)
  }
  if (rows.length === 0)
    return (
      <p className="text-muted">
        Nothing yet. Whatever changes servers, keys or members is written here.
      </p>
    )
  return (
    <>
      <div className="overflow-hidden rounded-lg border bg-surface">
        <table className="w-full table-fixed text-sm">
          <thead className="text-left text-xs text-faint">
            <tr className="h-9 border-b [&_th]:px-4 [&_th]:font-normal">
              <th className="w-28">When</th>
              <th className="w-52 max-sm:hidden">Who</th>
              <th>What</th>
              <th className="max-lg:hidden">More</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <AuditRow key={row.id} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      {hasMore ? (
        <div className="mt-4 flex justify-center">
          <Button busy={busy} onClick={() => void more()}>
            Older
          </Button>
        </div>
      ) : null}
    </>
  )
}

function AuditRow({ row }: { row: Row }) {
  const who = row.actorName ?? 'Moorage'
  const more = Object.entries(row.detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${value}`)
    .join(', ')
  return (
    <tr className="border-t align-top first:border-t-0 [&_td]:px-4 [&_td]:py-2">
      <td className="text-muted">
        <Time at={row.at} />
      </td>
      <td className="truncate max-sm:hidden" title={who}>
        {who}
      </td>
      <td>
        <p className="break-words">
          <span className="font-mono text-[13px]">{row.action}</span>{' '}
          <span className="text-muted">{row.target}</span>
        </p>
        <p className="truncate text-faint sm:hidden">{who}</p>
      </td>
      <td className="truncate font-mono text-xs leading-5 text-faint max-lg:hidden" title={more}>
        {more}
      </td>
    </tr>
  )
}
