'use client'
import { useEffect, useState } from 'react'

/** `copied` stays true for as long as the answer should show. */
export function useCopied(): { copied: boolean; copy: (text: string) => void } {
  const [copiedAt, setCopiedAt] = useState(0)
  useEffect(() => {
    if (copiedAt === 0) return
    const timer = setTimeout(() => setCopiedAt(0), 1600)
    return () => clearTimeout(timer)
  }, [copiedAt])
  return {
    copied: copiedAt !== 0,
    copy: (text) => {
      void writeClipboard(text).then((done) => {
        if (done) setCopiedAt(Date.now())
      })
    },
  }
}

/** A dashboard on plain http that is not localhost has no clipboard API. */
async function writeClipboard(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text)
    return true
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}
