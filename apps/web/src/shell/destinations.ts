import { Bell, KeyRound, Plus, Server, Users } from 'lucide-react'

/** Where the rail, the bottom bar, the palette and the keyboard lead. */
export const destinations = [
  { href: '/', label: 'Servers', icon: Server, keys: 'g s' },
  { href: '/keys', label: 'Keys', icon: KeyRound, keys: 'g k' },
  { href: '/notifications', label: 'Notifications', icon: Bell, keys: 'g b' },
  { href: '/team', label: 'Team', icon: Users, keys: 'g t' },
  { href: '/new', label: 'New server', icon: Plus, keys: 'g n' },
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
