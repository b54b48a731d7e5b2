'use client'
import { Menu as Base } from '@base-ui/react/menu'
import type { ComponentProps, ReactElement, ReactNode } from 'react'

export function Menu({
  trigger,
  side = 'bottom',
  align = 'end',
  children,
}: {
  trigger: ReactElement
  side?: 'top' | 'bottom'
  align?: 'start' | 'end'
  children: ReactNode
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className="z-50">
          <Base.Popup className="pop min-w-52 rounded-lg border bg-raised p-1 text-sm shadow-lg shadow-[oklch(0.1_0.01_225/0.12)] outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

export function MenuItem({ className = '', ...rest }: ComponentProps<typeof Base.Item>) {
  return <Base.Item {...rest} className={`${menuItemClass} ${className}`} />
}

export const menuItemClass =
  'flex h-8 w-full cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:text-muted'

export function MenuSeparator() {
  return <Base.Separator className="mx-1 my-1 h-px bg-line" />
}
