/** A path of this dashboard, whatever a link says: `//evil` and `/\evil` lead elsewhere. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next) ? next : '/'
}
