import { stripVTControlCharacters } from 'node:util'

const maxChars = 200

/** One line of somebody else's text, safe and short enough for a terminal. */
export function printable(text: string): string {
  const plain = stripVTControlCharacters(text)
    .replaceAll('\t', '  ')
    .replace(/\p{Cc}/gu, '')
    .trimEnd()
  return plain.length > maxChars ? `${plain.slice(0, maxChars)}…` : plain
}

export function seconds(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
}
