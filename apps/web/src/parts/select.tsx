'use client'
import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { useId } from 'react'

/** A labelled choice of one. */
export function Select<Value extends string>({
  label,
  value,
  onChange,
  items,
  hideLabel = false,
  disabled = false,
}: {
  label: string
  value: Value
  onChange: (value: Value) => void
  items: { value: Value; label: string }[]
  hideLabel?: boolean
  disabled?: boolean
}) {
  const id = useId()
  return (
    <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-1.5">
      <span id={id} className={hideLabel ? 'sr-only' : 'text-sm font-medium'}>
        {label}
      </span>
      <Base.Root
        value={value}
        onValueChange={(next) => next !== null && onChange(next)}
        items={items}
        disabled={disabled}
      >
        <Base.Trigger
          aria-labelledby={id}
          className="flex h-8 max-sm:h-10 w-full items-center justify-between gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-base hover:border-faint"
        >
          <Base.Value className="truncate" />
          <Base.Icon className="text-faint">
            <ChevronsUpDown className="size-3.5" />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal>
          <Base.Positioner sideOffset={4} className="z-[60]" alignItemWithTrigger={false}>
            <Base.Popup className="pop max-h-72 max-w-[var(--available-width)] min-w-[var(--anchor-width)] overflow-y-auto rounded-lg border bg-raised p-1 text-sm shadow-lg shadow-[oklch(0.1_0.01_225/0.12)] outline-none">
              {items.map((item) => (
                <Base.Item
                  key={item.value}
                  value={item.value}
                  className="flex h-8 cursor-default items-center justify-between gap-4 rounded-md px-2 outline-none select-none data-[highlighted]:bg-hover"
                >
                  <Base.ItemText className="truncate">{item.label}</Base.ItemText>
                  <Base.ItemIndicator>
                    <Check className="size-3.5 text-accent" />
                  </Base.ItemIndicator>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  )
}
