import type { ReactNode } from 'react'

const local = ['localhost', '127.0.0.1', '[::1]']

/** What is known of who asks. A name is the client's own word; where the code goes is not. */
export function ClientFacts({
  server,
  person,
  client,
  sendsTo,
}: {
  server: string
  person: string
  client: { name: string | null; knownBy: string | null }
  sendsTo: string
}) {
  return (
    <dl className="divide-y overflow-hidden rounded-lg border bg-surface text-sm">
      <Fact name="Server">
        <code className="font-mono break-all">{server}</code>
      </Fact>
      <Fact name="As">{person}</Fact>
      <Fact name="Answer goes to">
        <code className="font-mono break-all">{sendsTo}</code>
        {local.includes(sendsTo) ? <p className="text-faint">A program on this computer.</p> : null}
      </Fact>
      <Fact name="Known by">
        {client.knownBy ? (
          <code className="font-mono break-all">{client.knownBy}</code>
        ) : (
          <span className="text-muted">
            It registered by itself, so its name is only what it says.
          </span>
        )}
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-3 px-4 py-2.5">
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </div>
  )
}
