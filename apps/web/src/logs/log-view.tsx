'use client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, WrapText } from 'lucide-react'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useHydrated } from '../parts/use-hydrated.ts'
import type { LogLine } from './log-lines.ts'
import { LogRow } from './log-row.tsx'
import { type LogFilter, useLogLines } from './use-log-lines.ts'

const rowPx = 22
/** Nearer to the end than this is at the end. */
const endPx = 40
/** What the server draws, before the height of the window is known. */
const firstHeightPx = 560

/**
 * A log that is read while it grows: new lines move the view only while its end is in sight, and
 * older ones are fetched as the reader scrolls up. `isOpen`: lines may still come.
 */
export function LogView({
  filter,
  initial,
  isOpen,
  height,
  empty,
}: {
  filter: LogFilter
  initial: LogLine[]
  isOpen: boolean
  height: 'page' | 'fit'
  empty: ReactNode
}) {
  const { lines, hasOlder, loadOlder } = useLogLines(filter, initial, isOpen)
  const frame = useRef<HTMLDivElement>(null)
  const localTime = useHydrated()
  const [wrap, setWrap] = useState(true)
  const [atEnd, setAtEnd] = useState(true)
  const [readUpTo, setReadUpTo] = useState(lines.at(-1)?.id)
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => lines[index]?.id ?? index,
    overscan: 24,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: endPx,
    initialRect: { width: 900, height: firstHeightPx },
    initialOffset: () => Math.max(0, lines.length * rowPx - firstHeightPx),
  })
  const rows = virtualizer.getVirtualItems()
  const total = virtualizer.getTotalSize()
  const toEnd = () => virtualizer.scrollToEnd()

  useLayoutEffect(toEnd, [])
  useEffect(() => {
    if (atEnd) setReadUpTo(lines.at(-1)?.id)
  }, [atEnd, lines])

  const onScroll = () => {
    const element = frame.current
    if (!element) return
    setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < endPx)
    if (element.scrollTop < 400 && hasOlder) void loadOlder()
  }
  const newCount = atEnd ? 0 : countAfter(lines, readUpTo)

  return (
    <div className="relative min-w-0">
      <section
        ref={frame}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        aria-label="Log"
        onScroll={onScroll}
        className={`overflow-auto overscroll-contain bg-sunken font-mono text-xs leading-5 -outline-offset-2 ${height === 'page' ? 'h-[calc(100dvh-14.5rem)] min-h-72 max-md:h-[calc(100dvh-17.5rem)]' : 'max-h-[65vh]'}`}
        style={height === 'fit' ? { height: Math.max(total + 16, 96) } : undefined}
      >
        {lines.length === 0 ? (
          <div className="p-4 font-sans text-sm text-muted">{empty}</div>
        ) : (
          <div className="relative my-2" style={{ height: total }}>
            <div
              className={`absolute top-0 left-0 ${wrap ? 'w-full' : 'w-max min-w-full'}`}
              style={{ transform: `translateY(${rows[0]?.start ?? 0}px)` }}
            >
              {rows.map((row) => {
                const line = lines[row.index]
                return line ? (
                  <div key={row.key} data-index={row.index} ref={virtualizer.measureElement}>
                    <LogRow
                      line={line}
                      search={filter.search ?? ''}
                      wrap={wrap}
                      localTime={localTime}
                    />
                  </div>
                ) : null
              })}
            </div>
          </div>
        )}
      </section>
      <div className="absolute right-4 bottom-3 flex gap-2 font-sans">
        {atEnd ? null : (
          <button type="button" onClick={toEnd} className={floatingClass}>
            <ArrowDown className="size-3.5" />
            <span className="num">
              {newCount > 0 ? `${newCount} new` : isOpen ? 'Follow' : 'To the end'}
            </span>
          </button>
        )}
        {lines.length > 0 ? <WrapToggle wrap={wrap} onChange={setWrap} /> : null}
      </div>
    </div>
  )
}

function WrapToggle({ wrap, onChange }: { wrap: boolean; onChange: (wrap: boolean) => void }) {
  return (
    <button
      type="button"
      aria-pressed={wrap}
      title="Wrap long lines"
      aria-label="Wrap long lines"
      onClick={() => onChange(!wrap)}
      className={`${floatingClass} aria-pressed:text-accent`}
    >
      <WrapText className="size-3.5" />
    </button>
  )
}

const floatingClass =
  'flex h-7 items-center gap-1.5 rounded-md border bg-raised px-2 text-sm text-muted shadow-sm hover:text-text'

function countAfter(lines: LogLine[], id: string | undefined): number {
  const index = lines.findLastIndex((line) => line.id === id)
  return index < 0 ? 0 : lines.length - 1 - index
}
