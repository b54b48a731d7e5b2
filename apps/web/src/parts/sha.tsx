'use client'
import { useCopied } from './use-copied.ts'

/** Seven characters of a commit; a click copies all of it. */
export function Sha({ sha }: { sha: string }) {
  const { copied, copy } = useCopied()
  return (
    <button
      type="button"
      title={`Copy ${sha}`}
      onClick={(event) => {
        event.preventDefault()
        copy(sha)
      }}
      className="relative z-10 rounded-sm bg-sunken px-1 font-mono text-xs text-muted hover:text-text"
    >
      {copied ? 'copied ' : sha.slice(0, 7)}
    </button>
  )
}
