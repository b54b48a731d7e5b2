'use client'
import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** False while the server's markup is taken over: what depends on the reader's clock comes after. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
}
