import { StepTable } from '../../../../../oauth/step-table.tsx'
import { CodeBlock } from '../../../../../parts/code-block.tsx'
import { orNotFound } from '../../../../../server/or-not-found.ts'
import type { PageProps } from '../../../../../server/page-props.ts'
import { requireSession } from '../../../../../server/page-session.ts'

export const metadata = { title: 'Sign-in' }

/** The OAuth doctor: what clients did on their way to a token, and why some did not get one. */
export default async function SignInStepsPage({ params }: PageProps<'slug'>) {
  const { slug } = await params
  const session = await requireSession(`/servers/${encodeURIComponent(slug)}/sign-in`)
  const [steps, server] = await orNotFound(
    Promise.all([session.api.oauth.steps({ slug }), session.api.servers.get({ slug })]),
  )
  return (
    <div className="grid max-w-4xl grid-cols-[minmax(0,1fr)] gap-4">
      <p className="max-w-prose text-sm text-muted">
        What clients did in the last hour to sign people in to this server.
      </p>
      {steps.length === 0 ? (
        <div className="grid max-w-xl gap-3 rounded-lg border bg-surface p-5">
          <p className="text-muted">
            None has tried. Give a client that knows OAuth this URL and nothing else:
          </p>
          <CodeBlock code={server.url} />
        </div>
      ) : (
        <StepTable steps={steps} />
      )}
    </div>
  )
}
