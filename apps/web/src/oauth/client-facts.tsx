import { FactList } from '../parts/fact-list.tsx'

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
    <FactList
      facts={[
        [
          'Server',
          <code key="server" className="font-mono break-all">
            {server}
          </code>,
        ],
        ['As', person],
        ['Answer goes to', <AnswerPlace key="place" host={sendsTo} />],
        [
          'Known by',
          client.knownBy ? (
            <code key="known" className="font-mono break-all">
              {client.knownBy}
            </code>
          ) : (
            <span key="known" className="text-muted">
              It registered by itself, so its name is only what it says.
            </span>
          ),
        ],
      ]}
    />
  )
}

function AnswerPlace({ host }: { host: string }) {
  return (
    <>
      <code className="font-mono break-all">{host}</code>
      {local.includes(host) ? <p className="text-faint">A program on this computer.</p> : null}
    </>
  )
}
