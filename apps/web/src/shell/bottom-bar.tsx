'use client'
import { Ellipsis, Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { Menu, MenuItem, MenuSeparator } from '../parts/menu.tsx'
import { AccountItems, type Person } from './account-menu.tsx'
import { destinations, isCurrent } from './destinations.ts'
import { ThemeItems } from './theme-items.tsx'

const itemClass =
  'flex h-14 w-full flex-col items-center justify-center gap-0.5 text-xs text-muted aria-[current]:text-accent'
const inBar = destinations.filter((it) => it.isInBar)
const underMore = destinations.filter((it) => !it.isInBar)

/** On a phone, in the place of the rail. */
export function BottomBar({ person, onSearch }: { person: Person; onSearch: () => void }) {
  const pathname = usePathname()
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 grid grid-cols-5 border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {inBar.map(({ href, label, icon: Icon }) => (
        <Link
          key={href}
          href={href}
          aria-current={isCurrent(pathname, href) ? 'page' : undefined}
          className={itemClass}
        >
          <Icon className="size-5" />
          {label}
        </Link>
      ))}
      <button type="button" onClick={onSearch} className={itemClass}>
        <Search className="size-5" />
        Search
      </button>
      <Menu
        side="top"
        align="end"
        trigger={
          <button type="button" className={itemClass}>
            <Ellipsis className="size-5" />
            More
          </button>
        }
      >
        {underMore.map(({ href, label, icon: Icon }) => (
          <MenuItem key={href} render={<Link href={href} />}>
            <Icon />
            {label}
          </MenuItem>
        ))}
        <MenuSeparator />
        <ThemeItems />
        <MenuSeparator />
        <AccountItems person={person} />
      </Menu>
    </nav>
  )
}
