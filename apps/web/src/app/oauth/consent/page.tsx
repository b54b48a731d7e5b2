import { redirectHost } from '@moorage/access/redirect-uris'
import { createCaller } from '@moorage/api/app-router'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { AccountFrame } from '../../../account/account-frame.tsx'
import { AnswerForm } from '../../../oauth/answer-form.tsx'
import { ClientFacts } from '../../../oauth/client-facts.tsx'
import { ToolList } from '../../../oauth/tool-list.tsx'
import { Notice } from '../../../parts/notice.tsx'
import { apiContext } from '../../../server/api-context.ts'
import { orNull } from '../../../server/or-null.ts'
import type { PageProps } from '../../../server/page-props.ts'

export const metadata = { title: 'Allow a client' }

/** Where a client's sign-in leads: the person sees who asks for what, and says yes or no. */
export default async function ConsentPage({ searchParams }: PageProps) {
  const query = await searchParams
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
  const context = await apiContext(await headers())
  if (context.principal?.kind !== 'user') redirect('/sign-in')
  const asked = {
    ...{ clientId: text('client_id'), resource: text('resource') },
    scope: text('scope'),
  }
  const question = await orNull(createCaller(context).oauth.question(asked))
  if (!question)
    return (
      <AccountFrame title="You may not call this server" lead={asked.resource}>
        <Notice look="error" title="There is no server at this address that you may call.">
          Check its URL in the client, or ask an admin of its team to add you as a caller. You are
          signed in as {context.principal.email}.
        </Notice>
        <AnswerForm mayAllow={false} />
      </AccountFrame>
    )
  const name = question.client.name ?? 'A client without a name'
  return (
    <AccountFrame
      title={`Allow ${name}?`}
      lead={
        <>
          It wants to call
          {question.server.preview ? ` the preview ${question.server.preview} of` : ''}{' '}
          <b className="font-medium text-text">{question.server.name}</b> of the team{' '}
          {question.team}, as you.
        </>
      }
    >
      <div className="grid gap-4">
        <ClientFacts
          server={question.server.url}
          person={context.principal.email}
          client={question.client}
          sendsTo={redirectHost(text('redirect_uri'))}
        />
        {question.guarded ? (
          <Notice look="warning" title="It asks for guarded tools too">
            {question.guarded.length > 0
              ? `The team asks you to think twice about ${question.guarded.map(({ name }) => name).join(', ')}.`
              : 'The team has guarded some tools of this server.'}
          </Notice>
        ) : null}
        <ToolList tools={question.tools} />
      </div>
      <AnswerForm mayAllow />
    </AccountFrame>
  )
}
