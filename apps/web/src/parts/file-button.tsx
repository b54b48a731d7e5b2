import type { ReactNode } from 'react'

/** Asks for a file, and looks like a button. */
export function FileButton({
  accept,
  busy,
  children,
  onFile,
}: {
  accept: string
  busy: boolean
  children: ReactNode
  onFile: (file: File) => void
}) {
  return (
    <label className="inline-flex h-7 shrink-0 cursor-pointer items-center rounded-md border border-line-strong bg-surface px-2 text-sm font-medium whitespace-nowrap hover:bg-hover has-disabled:cursor-default has-disabled:opacity-55 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
      {children}
      <input
        type="file"
        accept={accept}
        className="sr-only"
        disabled={busy}
        onChange={({ target }) => {
          const file = target.files?.[0]
          if (file) onFile(file)
          // The same one again, mended meanwhile, counts as a choice too.
          target.value = ''
        }}
      />
    </label>
  )
}
