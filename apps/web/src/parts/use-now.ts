'use client'
import { useCallback, useSyncExternalStore } from 'react'

/** The time in steps of `stepMs`, or null while the server's markup is being taken over. */
export function useNow(stepMs: number): number | null {
  const subscribe = useCallback(
    (changed: () => void) => {
      const timer = setInterval(changed, stepMs)
      return () => clearInterval(timer)
    },
    [stepMs],
  )
  return useSyncExternalStore(
    subscribe,
    () => Math.floor(Date.now() / stepMs + 1) * stepMs,
    () => null,
  )
}
