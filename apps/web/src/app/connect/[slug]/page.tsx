import type { Metadata } from 'next'
import { AccountFrame } from '../../../account/account-frame.tsx'
import { CallerSecretForm } from '../../../connect/caller-secret-form.tsx'
import { Notice } from '../../../parts/notice.tsx'
import { orNull } from '../../../server/or-null.ts'
import type { PageProps } from '../../../server/page-props.ts'
import { requirePerson } from '../../../server/page-session.ts'

export const metadata: Metadata = { title: 'What a server needs of you' }

/** Where whoever may call a server enters what it asks of each caller. They need see nothing else of it. */
export default async function ConnectPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  const { api, person } = await requirePerson(`/connect/${encodeURIComponent(slug)}`)
  const found = await orNull(api.mySecrets.list({ slug }))
  if (!found)
    return (
      <AccountFrame title="You may not call this server" lead={slug}>
        <Notice look="error" title="There is no server of this name that you may call.">
          Check the address, or ask an admin of its team to add you as a caller. You are signed in
          as {person.email}.
        </Notice>
      </AccountFrame>
    )
  const { server, secrets } = found
  return (
    <AccountFrame
      title={`Your secrets for ${server.name}`}
      lead={`They go to this server with your own calls, and to nothing else. Signed in as ${person.email}.`}
    >
      <div className="grid gap-4">
        {server.access !== 'private' && secrets.length > 0 ? (
          <Notice look="warning" title="This server is not private.">
            So it is not known who calls, and nothing is handed on. Its team can make it private.
          </Notice>
        ) : null}
        {secrets.length === 0 ? (
          <Notice look="info" title="This server needs nothing of you.">
            What a server asks of each caller is named in its moorage.json, as callerSecrets.
          </Notice>
        ) : null}
        {secrets.map((secret) => (
          <CallerSecretForm key={secret.name} slug={slug} secret={secret} />
        ))}
      </div>
    </AccountFrame>
  )
}
