'use client'
import type { ServerSummary } from '@moorage/api/server-summary'
import { useState } from 'react'
import { useLive } from '../api-client/use-live.ts'
import { FilterField } from '../parts/filter-field.tsx'
import { ServerRow } from './server-row.tsx'

/** From this many on, a list is searched rather than read. */
const filterFrom = 8

export function ServerTable({
  team,
  initial,
  filter,
}: {
  team: string
  initial: ServerSummary[]
  filter: string
}) {
  const servers = useLive(`servers:${team}`, initial, (client, handlers) =>
    client.servers.watchAll.subscribe({ team }, handlers),
  )
  const [typed, setTyped] = useState(filter)
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = servers.filter((server) => {
    const text =
      `${server.slug} ${server.name} ${server.repoUrl ?? ''} ${server.state}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  return (
    <div className="grid gap-3">
      {servers.length >= filterFrom || filter ? (
        <FilterField value={typed} onChange={setTyped} label="Filter servers" />
      ) : null}
      <div className="overflow-hidden rounded-lg border bg-surface">
        <table className="w-full table-fixed text-sm">
          <thead className="text-left text-xs text-faint">
            <tr className="h-9 border-b [&_th]:px-4 [&_th]:font-normal">
              <th className="w-auto">Server</th>
              <th className="w-36 max-sm:w-32">State</th>
              <th className="w-[27%] max-lg:hidden">Source</th>
              <th className="w-[30%] max-md:hidden">Live version</th>
              <th className="w-20 text-right max-xl:hidden">Tools</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((server) => (
              <ServerRow key={server.slug} server={server} />
            ))}
          </tbody>
        </table>
        {shown.length === 0 ? (
          <p className="px-4 py-8 text-center text-sm text-muted">No server matches “{typed}”.</p>
        ) : null}
      </div>
    </div>
  )
}
