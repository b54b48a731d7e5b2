'use client'
import { Tabs } from '@base-ui/react/tabs'
import { useMutation } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { useTRPC } from '../api-client/api-provider.tsx'
import { Button, LinkButton } from '../parts/button.tsx'
import { CodeBlock } from '../parts/code-block.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { useAnswer } from '../parts/use-answer.ts'
import { useLiveServer } from '../servers/server-live.tsx'
import { keyPlaceholder, type Snippet } from './snippets.ts'

export type PaintedSnippet = Snippet & { html: string }

/** The URL, and what to paste into which client; a key made here is filled in at once. */
export function ConnectCard({ snippets }: { snippets: PaintedSnippet[] }) {
  const { server } = useLiveServer()
  const [key, setKey] = useState<string | null>(null)
  const fill = (text: string) => (key ? text.replaceAll(keyPlaceholder, key) : text)
  return (
    <section className="min-w-0 overflow-hidden rounded-lg border bg-surface" aria-label="Connect">
      {[server.url, ...server.ownUrls].map((url, at) => (
        <div key={url} className="flex items-center gap-2 border-b py-2 pr-2 pl-4">
          <span className="w-7 text-sm text-muted max-sm:sr-only">{at === 0 ? 'URL' : 'or'}</span>
          <code className="min-w-0 flex-1 truncate font-mono text-sm" title={url}>
            {url}
          </code>
          <CopyButton text={url} label={`Copy ${at === 0 ? 'the URL' : url}`} words="Copy" />
        </div>
      ))}
      <Tabs.Root defaultValue={snippets[0]?.id ?? null}>
        <Tabs.List aria-label="Client" className="flex gap-1 overflow-x-auto border-b px-3 py-1.5">
          {snippets.map(({ id, label }) => (
            <Tabs.Tab
              key={id}
              value={id}
              className="h-7 shrink-0 rounded-md px-2 text-sm text-muted -outline-offset-2 transition-colors duration-150 hover:text-text data-[active]:bg-hover data-[active]:font-medium data-[active]:text-text"
            >
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {snippets.map(({ id, place, code, html }) => (
          <Tabs.Panel key={id} value={id} className="grid gap-2 p-4 -outline-offset-2">
            <p className="text-sm text-muted">{place}</p>
            <CodeBlock code={fill(code)} html={fill(html)} label="Copy the snippet" />
          </Tabs.Panel>
        ))}
      </Tabs.Root>
      <AccessRow createdKey={key} onCreated={setKey} />
      <AskedRow />
    </section>
  )
}

/** What it asks of each caller, and where they enter it. */
function AskedRow() {
  const { server } = useLiveServer()
  const asked = server.live?.plan?.callerSecrets ?? []
  if (asked.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t px-4 py-3 text-sm">
      <p className="min-w-0 flex-1 basis-64 break-words text-muted">
        It asks each caller for {asked.map(({ name }) => name).join(', ')}.
      </p>
      <LinkButton href={`/connect/${server.slug}`}>Enter yours</LinkButton>
    </div>
  )
}

/** Who may call this, and the way to a key. */
function AccessRow({
  createdKey,
  onCreated,
}: {
  createdKey: string | null
  onCreated: (key: string) => void
}) {
  const { server, can } = useLiveServer()
  const api = useTRPC()
  const answer = useAnswer()
  const create = useMutation(
    api.keys.create.mutationOptions({
      onSuccess: ({ key }) => onCreated(key),
      onError: answer.failed,
    }),
  )
  const make = () =>
    create.mutate({ slug: server.slug, name: `Connect ${server.slug}`, scopes: ['call'] })
  return (
    <div
      className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t px-4 py-3 text-sm"
      aria-live="polite"
    >
      {createdKey ? (
        <>
          <KeyRound className="size-4 shrink-0 text-live" aria-hidden="true" />
          <p className="min-w-0 flex-1 basis-64">
            <span className="font-medium">The key is in the snippets above.</span>{' '}
            <span className="text-muted">
              It is shown this once and cannot be read again. It may call this server, nothing else.
            </span>
          </p>
          <CopyButton text={createdKey} label="Copy the key" words="Copy key" />
        </>
      ) : server.access === 'private' ? (
        <>
          <p className="min-w-0 flex-1 basis-64 text-muted">
            Callers need an API key in place of{' '}
            <code className="font-mono text-text">{keyPlaceholder}</code>.
          </p>
          {can.writeKeys ? (
            <Button onClick={make} busy={create.isPending}>
              {create.isPending ? null : <KeyRound />}
              Create a key
            </Button>
          ) : null}
        </>
      ) : (
        <p className="text-muted">
          {server.access === 'public'
            ? 'This server is public: anyone who has the URL may call it.'
            : 'This server signs its callers in itself: their Authorization header reaches it unchanged.'}
        </p>
      )}
    </div>
  )
}
