import { Spinner } from './spinner.tsx'

/** A status is a shape, a colour and a word; the colour alone never says it. */
export type Mark = {
  shape: 'dot' | 'ring' | 'turning' | 'cross' | 'dashed' | 'bar' | 'moon'
  tone: Tone
  word: string
}
export type Tone = 'live' | 'building' | 'waiting' | 'sleeping' | 'failed' | 'warning'

export const toneText: Record<Tone, string> = {
  live: 'text-live',
  building: 'text-building',
  waiting: 'text-waiting',
  sleeping: 'text-sleeping',
  failed: 'text-failed',
  warning: 'text-warning',
}
const softs: Record<Tone, string> = {
  live: 'bg-live-soft',
  building: 'bg-building-soft',
  waiting: 'bg-waiting-soft',
  sleeping: 'bg-sleeping-soft',
  failed: 'bg-failed-soft',
  warning: 'bg-warning-soft',
}

export function StatusMark({ mark, look = 'plain' }: { mark: Mark; look?: 'plain' | 'pill' }) {
  const pill = look === 'pill' ? `rounded-full px-2 py-0.5 ${softs[mark.tone]}` : ''
  return (
    <span
      className={`inline-flex items-center gap-1.5 text-sm font-medium whitespace-nowrap ${toneText[mark.tone]} ${pill}`}
    >
      <MarkShape shape={mark.shape} />
      {mark.word}
    </span>
  )
}

export function MarkShape({ shape }: { shape: Mark['shape'] }) {
  if (shape === 'turning') return <Spinner className="size-3" />
  return (
    <svg
      viewBox="0 0 12 12"
      className="size-3 shrink-0"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
    >
      {shape === 'dot' && <circle cx="6" cy="6" r="4" fill="currentColor" stroke="none" />}
      {shape === 'ring' && <circle cx="6" cy="6" r="4" />}
      {shape === 'dashed' && (
        <circle cx="6" cy="6" r="4" strokeWidth="1.5" strokeDasharray="2 2.2" />
      )}
      {shape === 'cross' && <path d="M2.5 2.5l7 7m0-7l-7 7" />}
      {shape === 'moon' && (
        <path d="M9.7 7.3A4.2 4.2 0 1 1 4.7 2.3a3.4 3.4 0 0 0 5 5z" strokeWidth="1.6" />
      )}
      {shape === 'bar' && <path d="M2.5 6h7" />}
    </svg>
  )
}
