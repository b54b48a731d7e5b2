'use client'
import { memo } from 'react'
import { formatDuration } from '../format/duration.ts'
import { clockTime, exactTime } from '../format/exact-time.ts'
import { formatSize } from '../format/size.ts'
import { StatusMark } from '../parts/status-mark.tsx'
import { useHydrated } from '../parts/use-hydrated.ts'
import type { RequestRow } from './use-requests.ts'

export const RequestTableRow = memo(function RequestTableRow({
  row,
  onOpen,
}: {
  row: RequestRow
  onOpen: (id: string) => void
}) {
  const localTime = useHydrated()
  const failed = row.status >= 400 || row.rpcErrorCode !== null
  return (
    <tr className="num relative cursor-pointer border-t first:border-t-0 hover:bg-hover [&_td]:px-3 [&_td]:py-2 [&_td]:align-top">
      <td className="text-muted">
        <time dateTime={row.at.toISOString()} title={localTime ? exactTime(row.at) : undefined}>
          {localTime ? clockTime(row.at) : ''}
        </time>
      </td>
      <td>
        {/* Its reach is the whole row. */}
        <button
          type="button"
          onClick={() => onOpen(row.id)}
          className="block w-full truncate text-left font-mono text-xs leading-5 after:absolute after:inset-0"
        >
          {row.rpcMethod ?? row.httpMethod}
          {row.target ? <span className="text-accent"> {row.target}</span> : null}
        </button>
        <p className="text-xs text-faint sm:hidden">{formatDuration(row.durationMs)}</p>
      </td>
      <td>
        {failed ? (
          <StatusMark
            mark={{
              shape: 'cross',
              tone: 'failed',
              word: row.status >= 400 ? String(row.status) : `RPC ${row.rpcErrorCode}`,
            }}
          />
        ) : (
          <span className="text-muted">{row.status}</span>
        )}
      </td>
      <td className="text-right max-sm:hidden">{formatDuration(row.durationMs)}</td>
      <td className="text-right text-muted max-lg:hidden">{formatSize(row.responseBytes)}</td>
      <td className="max-md:hidden">
        <p className="truncate">{row.principalName ?? 'anyone'}</p>
        {row.clientName ? (
          <p className="truncate text-xs text-faint">
            {row.clientName} {row.clientVersion}
          </p>
        ) : null}
      </td>
      <td className="text-muted max-xl:hidden">{row.protocol}</td>
    </tr>
  )
})
