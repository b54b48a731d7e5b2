import type { ApiOutputs } from '@moorage/api/app-router'

export type LogLine = ApiOutputs['logs']['query'][number]

/** A page that stays open for days must not grow for days. */
export const maxLines = 20_000

/** Adds what is new at the end. A stream that had to reconnect may send lines again. */
export function appendLines<Line extends { id: string }>(lines: Line[], batch: Line[]): Line[] {
  const last = lines.at(-1)
  const fresh = last ? batch.filter((line) => BigInt(line.id) > BigInt(last.id)) : batch
  if (fresh.length === 0) return lines
  const all = [...lines, ...fresh]
  return all.length > maxLines ? all.slice(-maxLines) : all
}
