'use client'
import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'

/** Base UI's selects bring a hidden input along. */
const firstField = 'input:not([aria-hidden]), textarea, [role=combobox]'

/**
 * A window over the page; Esc and a click beside it close it. Its first field has the focus, which goes
 * back to where it was. (React's autoFocus in it would hide from Base UI where that is.)
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  wide = false,
  children,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: string
  description?: ReactNode
  wide?: boolean
  children: ReactNode
}) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.1_0.01_225/0.45)] transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={(by) =>
            by === 'touch' || (popup.current?.querySelector<HTMLElement>(firstField) ?? true)
          }
          className={`pop fixed inset-x-4 top-[12vh] z-50 mx-auto max-h-[80vh] overflow-y-auto rounded-xl border bg-raised p-5 shadow-xl shadow-[oklch(0.1_0.01_225/0.18)] ${wide ? 'max-w-2xl' : 'max-w-md'}`}
        >
          <div className="mb-4 flex items-start justify-between gap-4">
            <div className="min-w-0">
              <Base.Title className="text-lg font-semibold break-words">{title}</Base.Title>
              {description ? (
                <Base.Description className="mt-1 text-sm text-muted" render={<div />}>
                  {description}
                </Base.Description>
              ) : null}
            </div>
            <Base.Close
              aria-label="Close"
              className="-mt-1 -mr-1 grid size-7 shrink-0 place-items-center rounded-md text-muted hover:bg-hover hover:text-text"
            >
              <X className="size-4" />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
