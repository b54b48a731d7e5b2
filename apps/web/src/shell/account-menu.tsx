'use client'
import { ChevronsUpDown, LogOut, UserRound } from 'lucide-react'
import Link from 'next/link'
import { signOut } from '../account/auth-client.ts'
import { Menu, MenuItem, MenuSeparator } from '../parts/menu.tsx'

export type Person = { name: string; email: string }

/** At the foot of the rail: who is signed in, and the way out. */
export function AccountMenu({ person }: { person: Person }) {
  return (
    <Menu
      side="top"
      align="start"
      trigger={
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
      }
    >
      <AccountItems person={person} />
    </Menu>
  )
}

/** The same as part of another menu. */
export function AccountItems({ person }: { person: Person }) {
  return (
    <>
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{person.name}</p>
        <p className="truncate text-muted">{person.email}</p>
      </div>
      <MenuSeparator />
      <MenuItem render={<Link href="/account" />}>
        <UserRound />
        Account
      </MenuItem>
      <MenuItem onClick={() => void signOut()}>
        <LogOut />
        Sign out
      </MenuItem>
    </>
  )
}
