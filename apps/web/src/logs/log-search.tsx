'use client'
import { Search } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect, useState, useTransition } from 'react'
import { inputClass } from '../parts/field.tsx'
import { Select } from '../parts/select.tsx'
import { Spinner } from '../parts/spinner.tsx'
import type { LogLine } from './log-lines.ts'
import { LogView } from './log-view.tsx'
import { streamFilters } from './stream-filter.ts'

const typingMs = 300

/** A server's runtime log; the filters are in the address. */
export function LogSearch({
  slug,
  search,
  stream,
  streams,
  lines,
}: {
  slug: string
  search: string
  stream: string
  streams: LogLine['stream'][]
  lines: LogLine[]
}) {
  const [typed, setTyped] = useState(search)
  const { go, isPending } = useFilterAddress()
  useEffect(() => {
    if (typed === search) return
    const timer = setTimeout(() => go({ q: typed, stream }), typingMs)
    return () => clearTimeout(timer)
  }, [typed, search, stream, go])
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3">
      <div className="flex items-center gap-2">
        <div className="relative max-w-sm min-w-0 flex-1">
          <Search className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
          <input
            type="search"
            aria-label="Search the log"
            placeholder="Search the log"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            className={`${inputClass} pl-8`}
          />
        </div>
        <div className="w-36 shrink-0">
          <Select
            label="Output"
            hideLabel
            value={stream}
            onChange={(next) => go({ q: typed, stream: next })}
            items={streamFilters}
          />
        </div>
        {isPending ? (
          <span className="late text-muted">
            <Spinner />
          </span>
        ) : null}
      </div>
      <div className="overflow-hidden rounded-lg border">
        <LogView
          key={`${stream} ${search}`}
          filter={{ slug, streams, ...(search ? { search } : {}) }}
          initial={lines}
          isOpen
          height="page"
          empty={
            search
              ? `No line contains “${search}”. New ones that do will appear here.`
              : 'Nothing yet. What the server writes to stdout and stderr appears here as it comes.'
          }
        />
      </div>
    </div>
  )
}

function useFilterAddress() {
  const router = useRouter()
  const pathname = usePathname()
  const [isPending, startTransition] = useTransition()
  const [go] = useState(() => (filter: { q: string; stream: string }) => {
    const params = new URLSearchParams()
    if (filter.q) params.set('q', filter.q)
    if (filter.stream !== 'all') params.set('stream', filter.stream)
    startTransition(() => router.replace(params.size > 0 ? `${pathname}?${params}` : pathname))
  })
  return { go, isPending }
}
