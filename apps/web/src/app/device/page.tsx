import type { Metadata } from 'next'
import { AccountFrame } from '../../account/account-frame.tsx'
import { AnswerDevice } from '../../device/answer-device.tsx'
import { CodeForm } from '../../device/code-form.tsx'
import { Notice } from '../../parts/notice.tsx'
import { orNull } from '../../server/or-null.ts'
import type { PageProps } from '../../server/page-props.ts'
import { requirePerson } from '../../server/page-session.ts'

export const metadata: Metadata = { title: 'Let a command line in' }

/** Where `moorage login` leads: the person sees what asks, and says for which team, or no. */
export default async function DevicePage({ searchParams }: PageProps) {
  const { code: given } = await searchParams
  const code = typeof given === 'string' ? given : ''
  const session = await requirePerson(`/device${code ? `?code=${encodeURIComponent(code)}` : ''}`)
  const asking = code ? await orNull(session.api.deviceLogins.get({ code })) : null
  if (!asking)
    return (
      <AccountFrame title="Let a command line in" lead="Type the code that it shows.">
        {code ? (
          <div className="mb-4">
            <Notice look="error" title="Nothing waits under this code.">
              It may be older than ten minutes, or answered. Type moorage login again.
            </Notice>
          </div>
        ) : null}
        <CodeForm />
      </AccountFrame>
    )
  const teams = session.teams.filter(({ slug }) => session.may(slug, 'key.write'))
  return (
    <AccountFrame
      title="Let this command line in?"
      lead="Only if you have just typed moorage login yourself, and it shows this code."
    >
      <AnswerDevice
        asking={asking}
        person={session.person.email}
        teams={teams.map(({ slug, name }) => ({ slug, name }))}
      />
    </AccountFrame>
  )
}
