'use client'
import { useCallback } from 'react'

/** Writes one parameter of the address without a new page: a link then shows what its sender saw. */
export function useAddressParam(name: string): (value: string) => void {
  return useCallback(
    (value: string) => {
      const url = new URL(window.location.href)
      if (value) url.searchParams.set(name, value)
      else url.searchParams.delete(name)
      window.history.replaceState(null, '', url)
    },
    [name],
  )
}
