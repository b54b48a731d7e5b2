import Link from 'next/link'
import { type SourceKind, sources } from './sources.ts'

/** The first question: where does it come from? */
export function SourceNav({ current }: { current: SourceKind }) {
  return (
    <nav aria-label="Source" className="mb-7 grid grid-cols-2 gap-2 sm:grid-cols-3">
      {sources.map(({ kind, icon: Icon, label, text }) => (
        <Link
          key={kind}
          href={`/new?source=${kind}`}
          replace
          scroll={false}
          aria-current={kind === current ? 'page' : undefined}
          className="group flex items-start gap-2.5 rounded-lg border bg-surface px-3 py-2.5 text-sm transition-colors duration-150 hover:border-line-strong aria-[current]:border-accent aria-[current]:bg-accent-soft"
        >
          <Icon
            className="mt-0.5 size-4 shrink-0 text-faint group-aria-[current]:text-accent"
            aria-hidden="true"
          />
          <span className="min-w-0">
            <span className="block font-medium">{label}</span>
            <span className="block truncate text-xs leading-5 text-muted">{text}</span>
          </span>
        </Link>
      ))}
    </nav>
  )
}
