import type { ReactNode } from 'react'

/** What is known of something, a name and a value a line. */
export function FactList({ facts }: { facts: [name: string, value: ReactNode][] }) {
  return (
    <dl className="divide-y overflow-hidden rounded-lg border bg-surface text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 px-4 py-2.5">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
