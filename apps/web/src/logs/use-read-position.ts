'use client'
import { useEffect, useState } from 'react'

/** Scrolled further than this, a reader is reading. */
const awayPx = 120

/** Newest first; while the reader is further down, what comes in waits above and only says how much. */
export function useReadPosition<Row extends { id: string }>(rows: Row[]) {
  const [heldAt, setHeldAt] = useState<string | null>(null)
  const lastId = rows.at(-1)?.id ?? null
  useEffect(() => {
    const onScroll = () => {
      const away = window.scrollY > awayPx
      setHeldAt((before) => (away ? (before ?? lastId) : null))
    }
    window.addEventListener('scroll', onScroll, { passive: true })
    return () => window.removeEventListener('scroll', onScroll)
  }, [lastId])
  const end = heldAt === null ? rows.length : rows.findLastIndex((row) => row.id === heldAt) + 1
  return {
    shown: rows.slice(0, end).reverse(),
    newCount: rows.length - end,
    toTop: () => window.scrollTo({ top: 0 }),
  }
}
