import type { LogLine } from './log-lines.ts'

type Stream = LogLine['stream']

/** What the log page can be narrowed to. A server's runtime log holds no build. */
export const streamFilters: { value: string; label: string; streams: Stream[] }[] = [
  { value: 'all', label: 'All output', streams: ['stdout', 'stderr', 'system'] },
  { value: 'stdout', label: 'stdout', streams: ['stdout'] },
  { value: 'stderr', label: 'stderr', streams: ['stderr'] },
  { value: 'system', label: 'Platform', streams: ['system'] },
  { value: 'build', label: 'Builds', streams: ['build'] },
]

export function parseStream(text: string | undefined): { name: string; streams: Stream[] } {
  const found = streamFilters.find((it) => it.value === text) ?? streamFilters[0]
  return { name: found?.value ?? 'all', streams: found?.streams ?? [] }
}
