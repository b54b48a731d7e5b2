import type { ReactNode } from 'react'
import { MoorageMark } from '../shell/mark.tsx'

/** One thing that there is to say. `main` where no page is around it. */
export function MessagePage({
  title,
  text,
  action,
  as: As = 'div',
}: {
  title: string
  text: ReactNode
  action: ReactNode
  as?: 'div' | 'main'
}) {
  return (
    <As className="mx-auto flex max-w-md flex-col items-start gap-3 px-6 pt-[22vh]">
      <MoorageMark className="size-9" />
      <h1 className="mt-2 text-xl font-semibold">{title}</h1>
      <p className="text-muted">{text}</p>
      <div className="mt-2 flex gap-2">{action}</div>
    </As>
  )
}
