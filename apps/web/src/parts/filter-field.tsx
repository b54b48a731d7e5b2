'use client'
import { Search } from 'lucide-react'
import { inputClass } from './field.tsx'
import { useAddressParam } from './use-address-param.ts'

/** Filters as one types, and keeps what was typed in the address. */
export function FilterField({
  value,
  onChange,
  label,
}: {
  value: string
  onChange: (value: string) => void
  label: string
}) {
  const keepInAddress = useAddressParam('q')
  return (
    <div className="relative max-w-xs">
      <Search className="pointer-events-none absolute top-1/2 left-2.5 size-3.5 -translate-y-1/2 text-faint" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => {
          onChange(event.target.value)
          keepInAddress(event.target.value)
        }}
        className={`${inputClass} pl-8`}
      />
    </div>
  )
}
