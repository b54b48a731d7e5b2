import type { ReactNode } from 'react'
import { MoorageMark } from '../shell/mark.tsx'
import { ThemeSwitch } from '../shell/theme-switch.tsx'

/** The page around sign-in and set-up: one narrow column. */
export function AccountFrame({
  title,
  lead,
  children,
}: {
  title: string
  lead: ReactNode
  children: ReactNode
}) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col px-4 pt-[14vh] pb-6">
      <MoorageMark className="size-9" />
      <h1 className="mt-5 text-xl font-semibold">{title}</h1>
      <p className="mt-1 mb-6 text-muted">{lead}</p>
      {children}
      <div className="mt-auto flex items-center justify-between pt-10 text-sm text-faint">
        Moorage
        <ThemeSwitch />
      </div>
    </main>
  )
}
