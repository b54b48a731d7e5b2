/** `2026-11-22 18:27:03` where the reader is. */
export function exactTime(at: Date): string {
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
  return `${date.map((part) => String(part).padStart(2, '0')).join('-')} ${clockTime(at)}`
}

/** `18:27:03` where the reader is. */
export function clockTime(at: Date): string {
  const parts = [at.getHours(), at.getMinutes(), at.getSeconds()]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
