'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { namesText } from '@moorage/domain/policy-text'
import Link from 'next/link'
import { StatusMark } from '../parts/status-mark.tsx'
import { Time } from '../parts/time.tsx'
import { KeyLimitsOf } from './key-limits.tsx'
import { keyMark } from './key-mark.ts'
import { RevokeKey } from './revoke-key.tsx'
import { RotateKey } from './rotate-key.tsx'
import { scopeWords } from './scope-words.ts'

export type Key = ApiOutputs['keys']['list'][number]

/** Keys by what they may do and whether they still may. */
export function KeyTable({
  keys,
  mayWrite,
  showServer,
}: {
  keys: Key[]
  mayWrite: boolean
  /** And whose they are; else there is room for less. */
  showServer: boolean
}) {
  return (
    <table className="w-full table-fixed text-sm">
      <thead className="text-left text-xs text-faint">
        <tr className="h-9 border-b [&_th]:px-4 [&_th]:font-normal">
          <th>Key</th>
          <th className="w-32 max-sm:w-24">State</th>
          <th className={`${showServer ? 'w-44' : 'w-28'} max-md:hidden`}>May</th>
          {showServer ? <th className="w-40 max-lg:hidden">For</th> : null}
          {showServer ? <th className="w-36 max-lg:hidden">Of</th> : null}
          <th className="w-32 max-lg:hidden">Last used</th>
          <th className="w-44 max-sm:w-24">
            <span className="sr-only">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <KeyRow key={key.id} row={key} mayWrite={mayWrite} showServer={showServer} />
        ))}
      </tbody>
    </table>
  )
}

function KeyRow({
  row,
  mayWrite,
  showServer,
}: {
  row: Key
  mayWrite: boolean
  showServer: boolean
}) {
  const mark = keyMark(row, new Date())
  const isOver = mark.tone === 'waiting'
  return (
    <tr
      className={`border-t first:border-t-0 [&_td]:px-4 [&_td]:py-2.5 ${isOver ? 'text-muted' : ''}`}
    >
      <td>
        <p className="truncate font-medium" title={row.name}>
          {row.name}
        </p>
        <p className="flex flex-wrap gap-x-2 text-xs text-faint">
          <span className="font-mono">{row.prefix}…</span>
          {row.uses ? (
            <span className="font-mono" title="The tools it may call">
              {namesText(row.uses.tools) || 'all tools'}
            </span>
          ) : null}
          <KeyLimitsOf row={row} mayWrite={mayWrite && !row.revokedAt} />
        </p>
      </td>
      <td suppressHydrationWarning>
        <StatusMark mark={mark} />
        {row.expiresAt && !isOver ? (
          <p className="text-xs text-faint">
            ends <Time at={row.expiresAt} />
          </p>
        ) : null}
        {row.formerUntil && !isOver ? (
          <p className="text-xs text-faint">
            old secret ends <Time at={row.formerUntil} />
          </p>
        ) : null}
      </td>
      <td className="max-md:hidden">
        {row.scopes.map((scope) => scopeWords[scope].short).join(', ')}
      </td>
      {showServer ? (
        <td className="truncate max-lg:hidden">
          {row.server ? (
            <Link href={`/servers/${row.server}`} className="rounded-sm hover:text-accent">
              {row.server}
            </Link>
          ) : (
            <span className="text-muted">every server</span>
          )}
        </td>
      ) : null}
      {showServer ? (
        <td className="truncate text-muted max-lg:hidden" title={row.owner ?? undefined}>
          {row.owner ?? 'the team'}
        </td>
      ) : null}
      <td className="text-muted max-lg:hidden">
        {row.lastUsedAt ? <Time at={row.lastUsedAt} /> : 'never'}
      </td>
      <td className="text-right">
        {mayWrite && !row.revokedAt ? (
          <span className="inline-flex flex-wrap justify-end">
            {isOver || !row.mayRotate ? null : <RotateKey row={row} />}
            <RevokeKey row={row} />
          </span>
        ) : null}
      </td>
    </tr>
  )
}
