import type { Mark } from '../parts/status-mark.tsx'

/** So long before its end a key is to be looked after. */
const soonMs = 7 * 86_400_000

/** Is a key still good? */
export function keyMark(key: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): Mark {
  if (key.revokedAt) return { shape: 'bar', tone: 'waiting', word: 'Revoked' }
  if (key.expiresAt && key.expiresAt <= now)
    return { shape: 'ring', tone: 'waiting', word: 'Expired' }
  if (key.expiresAt && key.expiresAt.getTime() - now.getTime() < soonMs)
    return { shape: 'dot', tone: 'warning', word: 'Ends soon' }
  return { shape: 'dot', tone: 'live', word: 'Good' }
}
