import { MessagePage } from '../../../parts/message-page.tsx'
import type { PageProps } from '../../../server/page-props.ts'

export const metadata = { title: 'Sign-in failed' }

const words: Record<string, string> = {
  invalid_client:
    'This platform does not know the client. Remove the server from the client and add it again, so that it registers anew.',
  invalid_redirect:
    'The client asked for the answer at another address than it registered. Remove the server from the client and add it again.',
}

const tryAgain =
  'Go back to the client and connect it again. If that does not help, remove the server from it and add it anew.'

/** What cannot be told to the client, as it is not known to be one, or to have asked from where it says. */
export default async function OauthErrorPage({ searchParams }: PageProps) {
  const { error, error_description } = await searchParams
  const code = typeof error === 'string' ? error : 'unknown'
  const said = typeof error_description === 'string' && error_description
  return (
    <MessagePage
      as="main"
      title="That did not work"
      text={words[code] ?? (said || tryAgain)}
      action={<code className="font-mono text-sm text-faint">{code}</code>}
    />
  )
}
