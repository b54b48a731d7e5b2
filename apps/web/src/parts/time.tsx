'use client'
import { exactTime } from '../format/exact-time.ts'
import { relativeTime } from '../format/relative-time.ts'
import { useNow } from './use-now.ts'

/** "12 min ago", with the exact time on hover. */
export function Time({ at }: { at: Date }) {
  const now = useNow(10_000)
  return (
    <time
      dateTime={at.toISOString()}
      title={now ? exactTime(at) : undefined}
      className="num whitespace-nowrap"
      suppressHydrationWarning
    >
      {relativeTime(at, new Date(now ?? Date.now()))}
    </time>
  )
}
