'use client'
import { memo, type ReactNode } from 'react'
import { clockTime, exactTime } from '../format/exact-time.ts'
import type { LogLine } from './log-lines.ts'
import { parseAnsi } from './parse-ansi.ts'

const streamLooks: Record<LogLine['stream'], string> = {
  build: 'border-transparent',
  stdout: 'border-transparent',
  stderr: 'border-failed bg-failed-soft/40',
  system: 'border-accent text-accent',
}

/** One line: when, what; which stream it came from is a bar, a tint and a word for screen readers. */
export const LogRow = memo(function LogRow({
  line,
  search,
  wrap,
  localTime,
}: {
  line: LogLine
  search: string
  wrap: boolean
  localTime: boolean
}) {
  return (
    <div
      className={`flex gap-3 border-l-2 py-px pr-3 pl-3 hover:bg-hover ${streamLooks[line.stream]}`}
    >
      <span
        className="num shrink-0 text-faint select-none max-sm:hidden"
        title={localTime ? `${exactTime(line.at)} · ${line.stream}` : undefined}
      >
        {localTime ? clockTime(line.at) : '00:00:00'}
      </span>
      {line.stream === 'stderr' ? <span className="sr-only">stderr</span> : null}
      <span className={wrap ? 'min-w-0 break-words whitespace-pre-wrap' : 'whitespace-pre'}>
        {parseAnsi(line.text).map((part, index) => (
          <span
            key={index}
            style={part.color ? { color: part.color } : undefined}
            className={`${part.bold ? 'font-semibold' : ''} ${part.dim ? 'opacity-65' : ''}`}
          >
            {marked(part.text, search)}
          </span>
        ))}
        {line.text === '' ? ' ' : null}
      </span>
    </div>
  )
})

function marked(text: string, search: string): ReactNode {
  if (!search) return text
  const at = text.toLowerCase().indexOf(search.toLowerCase())
  if (at < 0) return text
  const end = at + search.length
  return (
    <>
      {text.slice(0, at)}
      <mark className="rounded-sm bg-warning-soft text-warning outline outline-warning-line">
        {text.slice(at, end)}
      </mark>
      {marked(text.slice(end), search)}
    </>
  )
}
