import type { ReactNode } from 'react'

/** What this is, its state, its one main action. */
export function PageHeader({
  title,
  aside,
  action,
}: {
  title: ReactNode
  aside?: ReactNode
  action?: ReactNode
}) {
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-3 gap-y-2 px-4 pt-4 pb-3 md:px-8 md:pt-6">
      <h1 className="min-w-0 text-xl font-semibold break-words">{title}</h1>
      {aside}
      <div className="ml-auto flex items-center gap-2">{action}</div>
    </header>
  )
}
