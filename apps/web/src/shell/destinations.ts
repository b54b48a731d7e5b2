import { Bell, KeyRound, Plus, Server, Users } from 'lucide-react'

/** Where the rail, the palette and the keyboard lead; on a phone what is not in the bar is under More. */
export const destinations = [
  { href: '/', label: 'Servers', icon: Server, keys: 'g s', isInBar: true },
  { href: '/keys', label: 'Keys', icon: KeyRound, keys: 'g k', isInBar: true },
  { href: '/notifications', label: 'Notifications', icon: Bell, keys: 'g b', isInBar: false },
  { href: '/team', label: 'Team', icon: Users, keys: 'g t', isInBar: true },
  { href: '/new', label: 'New server', icon: Plus, keys: 'g n', isInBar: false },
] as const

/** The pages of one server, by what follows its path. */
export const serverPages = [
  { path: '', label: 'Overview', keys: 'g o' },
  { path: '/previews', label: 'Previews', keys: 'g p' },
  { path: '/webhooks', label: 'Webhooks', keys: 'g w' },
  { path: '/logs', label: 'Logs', keys: 'g l' },
  { path: '/requests', label: 'Requests', keys: 'g r' },
  { path: '/sign-in', label: 'Sign-in', keys: 'g i' },
  { path: '/settings', label: 'Settings', keys: 'g e' },
] as const

/** `/servers/echo` of any path below it; null elsewhere. */
export function serverBase(pathname: string): string | null {
  return /^\/servers\/[^/]+/.exec(pathname)?.[0] ?? null
}

export function isCurrent(pathname: string, href: string): boolean {
  if (href === '/') return pathname === '/' || pathname.startsWith('/servers/')
  return pathname === href || pathname.startsWith(`${href}/`)
}
