'use client'
import { Search } from 'lucide-react'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useState } from 'react'
import { AccountMenu, type Person } from './account-menu.tsx'
import { BottomBar } from './bottom-bar.tsx'
import { destinations, isCurrent } from './destinations.ts'
import { Palette } from './palette.tsx'
import { type TeamChoice, TeamSwitcher } from './team-switcher.tsx'
import { ThemeSwitch } from './theme-switch.tsx'
import { useGoKeys } from './use-go-keys.ts'

/** The rail on wide screens, the bottom bar on a phone, the palette everywhere. */
export function Shell({
  team,
  teams,
  person,
  version,
  children,
}: {
  team: TeamChoice
  teams: TeamChoice[]
  person: Person
  version: string
  children: ReactNode
}) {
  const pathname = usePathname()
  const [paletteOpen, setPaletteOpen] = useState(false)
  useGoKeys()
  return (
    <div className="md:grid md:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <aside className="sticky top-0 flex h-dvh flex-col gap-1 border-r bg-sunken p-3 max-md:hidden">
        <TeamSwitcher team={team} teams={teams} />
        <button
          type="button"
          onClick={() => setPaletteOpen(true)}
          className="mb-3 flex h-8 items-center gap-2 rounded-md border bg-surface px-2 text-sm text-faint hover:border-line-strong hover:text-muted"
        >
          <Search className="size-3.5" />
          <span className="flex-1 text-left">Search</span>
          <kbd className="font-sans text-xs">Ctrl K</kbd>
        </button>
        <nav aria-label="Main" className="grid gap-0.5">
          {destinations.map(({ href, label, icon: Icon, keys }) => (
            <Link
              key={href}
              href={href}
              title={`${label} (${keys})`}
              aria-current={isCurrent(pathname, href) ? 'page' : undefined}
              className="flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-muted transition-colors duration-150 hover:bg-hover hover:text-text aria-[current]:bg-hover aria-[current]:font-medium aria-[current]:text-text"
            >
              <Icon className="size-4" />
              {label}
            </Link>
          ))}
        </nav>
        <div className="mt-auto grid gap-2.5">
          <div className="flex items-center justify-between px-1">
            <ThemeSwitch />
            <span className="num text-xs text-faint" title="Moorage's version">
              v{version}
            </span>
          </div>
          <AccountMenu person={person} />
        </div>
      </aside>
      <div className="border-b bg-sunken px-3 py-1.5 md:hidden">
        <TeamSwitcher team={team} teams={teams} look="bar" />
      </div>
      <main id="main" tabIndex={-1} className="min-w-0 outline-none max-md:pb-20">
        {children}
      </main>
      <BottomBar person={person} onSearch={() => setPaletteOpen(true)} />
      <Palette open={paletteOpen} onOpenChange={setPaletteOpen} />
    </div>
  )
}
