import { CircleAlert, Info, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'

const looks = {
  error: { icon: CircleAlert, frame: 'border-failed-line bg-failed-soft', ink: 'text-failed' },
  warning: {
    icon: TriangleAlert,
    frame: 'border-warning-line bg-warning-soft',
    ink: 'text-warning',
  },
  info: { icon: Info, frame: 'border-line bg-sunken', ink: 'text-muted' },
}

/** What happened, what to do next, and the button that does it. */
export function Notice({
  look,
  title,
  children,
  action,
}: {
  look: keyof typeof looks
  title: ReactNode
  children?: ReactNode
  action?: ReactNode
}) {
  const { icon: Icon, frame, ink } = looks[look]
  return (
    <div
      role={look === 'error' ? 'alert' : undefined}
      className={`flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg border px-3 py-2.5 text-sm ${frame}`}
    >
      <Icon className={`mt-0.5 size-4 shrink-0 ${ink}`} aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-52">
        <p className="font-medium break-words">{title}</p>
        {children ? <div className="mt-0.5 break-words text-muted">{children}</div> : null}
      </div>
      {action}
    </div>
  )
}
