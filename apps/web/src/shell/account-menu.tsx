'use client'
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react'
import Link from 'next/link'
import { signOut } from '../account/auth-client.ts'
import { Menu, MenuItem, MenuSeparator } from '../parts/menu.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

/** Who is signed in, the theme, and the way out. */
export function AccountMenu({
  person,
  look,
  className = '',
}: {
  person: { name: string; email: string }
  look: 'row' | 'bar'
  className?: string
}) {
  const trigger =
    look === 'bar' ? (
      <button type="button" className={className}>
        <UserRound className="size-5" />
        Account
      </button>
    ) : (
      <button
        type="button"
        className="flex w-full items-center gap-2 rounded-md p-1.5 text-left text-sm hover:bg-hover"
      >
        <span className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-xs font-medium text-accent uppercase">
          {person.name.slice(0, 1)}
        </span>
        <span className="min-w-0 flex-1 truncate">{person.name}</span>
        <ChevronsUpDown className="size-3.5 text-faint" />
      </button>
    )
  return (
    <Menu trigger={trigger} side="top" align={look === 'bar' ? 'end' : 'start'}>
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{person.name}</p>
        <p className="truncate text-muted">{person.email}</p>
      </div>
      {look === 'bar' ? (
        <div className="px-2 pb-2">
          <ThemeSwitch />
        </div>
      ) : null}
      <MenuSeparator />
      <MenuItem render={<Link href="/account" />}>
        <UserRound />
        Account
      </MenuItem>
      <MenuItem onClick={() => void signOut()}>
        <LogOut />
        Sign out
      </MenuItem>
    </Menu>
  )
}
