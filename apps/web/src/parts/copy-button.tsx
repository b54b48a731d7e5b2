'use client'
import { Check, Copy } from 'lucide-react'
import { useCopied } from './use-copied.ts'

/** Copies, and answers with a tick that screen readers hear. */
export function CopyButton({
  text,
  label,
  words,
}: {
  text: string
  label: string
  words?: string
}) {
  const { copied, copy } = useCopied()
  return (
    <button
      type="button"
      onClick={() => copy(text)}
      title={label}
      className={`inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md text-sm text-muted transition-colors duration-150 hover:bg-hover hover:text-text ${words ? 'px-2' : 'w-7'}`}
    >
      {copied ? <Check className="size-3.5 text-live" /> : <Copy className="size-3.5" />}
      {words ? <span aria-hidden="true">{copied ? 'Copied' : words}</span> : null}
      <span className="sr-only" aria-live="polite">
        {copied ? 'Copied' : label}
      </span>
    </button>
  )
}
