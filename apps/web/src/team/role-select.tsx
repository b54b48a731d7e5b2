'use client'
import { type Role, roles } from '@moorage/domain/permission'
import { Select } from '../parts/select.tsx'
import { roleWords } from './role-words.ts'

/** `mayOwn`: only an owner makes owners. */
export function RoleSelect({
  value,
  onChange,
  mayOwn,
  label = 'Role',
  hideLabel = false,
  disabled = false,
}: {
  value: Role
  onChange: (role: Role) => void
  mayOwn: boolean
  label?: string
  hideLabel?: boolean
  disabled?: boolean
}) {
  const offered = roles.filter((role) => mayOwn || role !== 'owner' || value === 'owner')
  return (
    <Select
      label={label}
      hideLabel={hideLabel}
      disabled={disabled}
      value={value}
      onChange={onChange}
      items={offered.map((role) => ({ value: role, label: roleWords[role].label }))}
    />
  )
}
