import { useEffect, useState } from 'react'

const pauseMs = 350

/** A value once it has been still for a moment. */
export function useLate(value: string): string {
  const [late, setLate] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLate(value), pauseMs)
    return () => clearTimeout(timer)
  }, [value])
  return late
}
