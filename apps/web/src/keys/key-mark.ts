import type { Mark } from '../parts/status-mark.tsx'

/** Is a key still good? */
export function keyMark(key: { revokedAt: Date | null; expiresAt: Date | null }, now: Date): Mark {
  if (key.revokedAt) return { shape: 'bar', tone: 'waiting', word: 'Revoked' }
  if (key.expiresAt && key.expiresAt <= now)
    return { shape: 'ring', tone: 'waiting', word: 'Expired' }
  return { shape: 'dot', tone: 'live', word: 'Good' }
}
