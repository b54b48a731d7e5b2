'use client'
import { Dialog } from '@base-ui/react/dialog'
import { useQuery } from '@tanstack/react-query'
import { Command } from 'cmdk'
import { Monitor, Moon, Server, Sun } from 'lucide-react'
import { usePathname, useRouter } from 'next/navigation'
import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { destinations, serverBase, serverPages } from './destinations.ts'
import { setTheme } from './theme-switch.tsx'

/** Ctrl-K: every server and every page, by name. */
export function Palette({
  open,
  onOpenChange,
}: {
  open: boolean
  onOpenChange: (open: boolean) => void
}) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return
      event.preventDefault()
      onOpenChange(!open)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [open, onOpenChange])
  const input = useRef<HTMLInputElement>(null)
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.1_0.01_225/0.35)] transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Dialog.Popup
          initialFocus={input}
          className="pop fixed inset-x-4 top-[14vh] z-50 mx-auto max-w-xl overflow-hidden rounded-xl border bg-raised shadow-2xl shadow-[oklch(0.1_0.01_225/0.25)]"
        >
          <Dialog.Title className="sr-only">Search</Dialog.Title>
          <PaletteList input={input} onClose={() => onOpenChange(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

function PaletteList({
  input,
  onClose,
}: {
  input: RefObject<HTMLInputElement | null>
  onClose: () => void
}) {
  const api = useTRPC()
  const router = useRouter()
  const base = serverBase(usePathname())
  const servers = useQuery(api.servers.list.queryOptions())
  const go = (href: string) => {
    onClose()
    router.push(href)
  }
  return (
    <Command label="Search" loop>
      <Command.Input
        ref={input}
        placeholder="Go to a server or a page"
        className="h-12 w-full border-b bg-transparent px-4 text-lg outline-none"
      />
      <Command.List className="max-h-[50vh] scroll-py-2 overflow-y-auto p-2 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint">
        <Command.Empty className="px-2 py-6 text-center text-sm text-muted">
          Nothing has that name.
        </Command.Empty>
        {base ? (
          <Command.Group heading="This server">
            {serverPages.map((page) => (
              <Row key={page.path} onSelect={() => go(base + page.path)} keys={page.keys}>
                <Server />
                {page.label}
              </Row>
            ))}
          </Command.Group>
        ) : null}
        <Command.Group heading="Servers">
          {servers.data?.map(({ slug, name }) => (
            <Row key={slug} value={`${slug} ${name}`} onSelect={() => go(`/servers/${slug}`)}>
              <Server />
              <span className="truncate">{name}</span>
              {name === slug ? null : (
                <span className="truncate font-mono text-xs text-faint">{slug}</span>
              )}
            </Row>
          ))}
        </Command.Group>
        <Command.Group heading="Pages">
          {destinations.map(({ href, label, icon: Icon, keys }) => (
            <Row key={href} onSelect={() => go(href)} keys={keys}>
              <Icon />
              {label}
            </Row>
          ))}
        </Command.Group>
        <Command.Group heading="Theme">
          <Row onSelect={() => setTheme('light')}>
            <Sun />
            Light theme
          </Row>
          <Row onSelect={() => setTheme('dark')}>
            <Moon />
            Dark theme
          </Row>
          <Row onSelect={() => setTheme('system')}>
            <Monitor />
            Theme as the system
          </Row>
        </Command.Group>
      </Command.List>
    </Command>
  )
}

function Row({
  value,
  keys,
  onSelect,
  children,
}: {
  value?: string
  keys?: string
  onSelect: () => void
  children: ReactNode
}) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex h-9 items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {children}
      {keys ? (
        <kbd className="ml-auto font-mono text-xs text-muted max-md:hidden">{keys}</kbd>
      ) : null}
    </Command.Item>
  )
}
