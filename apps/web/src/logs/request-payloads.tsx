'use client'
import Link from 'next/link'
import { CodeBlock } from '../parts/code-block.tsx'
import { useLiveServer } from '../servers/server-live.tsx'
import { readablePayload } from './readable-payload.ts'
import type { RequestFacts } from './request-detail.tsx'

/** What was asked and answered, where it was kept. */
export function RequestPayloads({ slug, facts }: { slug: string; facts: RequestFacts }) {
  const { server } = useLiveServer()
  const { requestBody, responseBody } = facts
  if (requestBody === null && responseBody === null)
    return (
      <p className="text-sm text-muted">
        What was asked and answered was not kept.{' '}
        {server.routing.keepPayloads ? null : (
          <Link href={`/servers/${slug}/settings#routing`} className="underline hover:text-text">
            Keep it from now on
          </Link>
        )}
      </p>
    )
  return (
    <>
      <Payload title="Asked" text={requestBody} />
      <Payload title="Answered" text={responseBody} />
    </>
  )
}

function Payload({ title, text }: { title: string; text: string | null }) {
  return (
    <section className="grid min-w-0 gap-1.5">
      <h3 className="text-sm font-medium">{title}</h3>
      {text === null ? (
        <p className="text-sm text-muted">Nothing.</p>
      ) : (
        <CodeBlock code={readablePayload(text)} label={`Copy: ${title}`} wrap />
      )}
    </section>
  )
}
