/**
 * Whose request it is: sign-in and the like are limited per address. Only a front on this machine may
 * say whose it carries; what it has seen itself is the last entry, before that stands the client's word.
 */
export function clientAddress(peer: string, forwardedFor: string | string[] | undefined): string {
  if (!/^(::ffff:)?127\.|^::1$/.test(peer)) return peer
  return (
    String(forwardedFor ?? '')
      .split(',')
      .at(-1)
      ?.trim() || peer
  )
}
