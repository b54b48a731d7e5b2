'use client'
import { type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'

/** A quiet button that asks once more before it does what it says. */
export function ConfirmButton({
  label,
  ariaLabel,
  title,
  description,
  busy,
  onConfirm,
  look = 'quiet',
  size = 'sm',
}: {
  label: string
  ariaLabel?: string
  title: string
  description: ReactNode
  busy: boolean
  onConfirm: () => void
  look?: 'quiet' | 'danger'
  size?: 'sm' | 'md'
}) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button size={size} look={look} onClick={() => setOpen(true)} aria-label={ariaLabel}>
        {label}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={title} description={description}>
        <div className="flex justify-end gap-2">
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button
            look="danger"
            busy={busy}
            onClick={() => {
              onConfirm()
              setOpen(false)
            }}
          >
            {label}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
