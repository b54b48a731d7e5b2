import type { ReactNode } from 'react'

/** A titled section with a hairline border. */
export function Card({
  title,
  aside,
  children,
  flush = false,
  id,
}: {
  title?: ReactNode
  aside?: ReactNode
  children: ReactNode
  flush?: boolean
  id?: string
}) {
  return (
    <section id={id} className="min-w-0 overflow-hidden rounded-lg border bg-surface">
      {title ? (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b px-4 py-1.5">
          <h2 className="text-base font-medium">{title}</h2>
          {aside}
        </header>
      ) : null}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  )
}
