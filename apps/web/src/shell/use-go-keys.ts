'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { destinations, serverBase, serverPages } from './destinations.ts'

/** Two keys in this time are one shortcut. */
const pauseMs = 900

/** `g s` and the like, wherever nobody is typing. */
export function useGoKeys(): void {
  const router = useRouter()
  useEffect(() => {
    let startedAt = 0
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
      if (event.key === 'g') {
        startedAt = event.timeStamp
        return
      }
      const target = event.timeStamp - startedAt < pauseMs ? goTarget(event.key) : null
      startedAt = Number.NEGATIVE_INFINITY
      if (!target) return
      event.preventDefault()
      router.push(target)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [router])
}

function goTarget(key: string): string | null {
  const place = destinations.find((it) => it.keys === `g ${key}`)
  if (place) return place.href
  const base = serverBase(window.location.pathname)
  const page = serverPages.find((it) => it.keys === `g ${key}`)
  return base && page ? base + page.path : null
}

/** A dialog that is on its way out may still hold the focus; what is typed then is not for it. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
    !target.closest('[data-closed]')
  )
}
