'use client'
import { Button } from './button.tsx'
import { MessagePage } from './message-page.tsx'

/** In the place of a page that threw. */
export function PageFault({
  error,
  reset,
}: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <MessagePage
      title="This page could not be made"
      text={
        <>
          Your servers are not touched by this. Try again; if it stays, the operator finds the cause
          in the platform log
          {error.digest ? (
            <>
              {' '}
              under <code className="font-mono text-sm text-text">{error.digest}</code>
            </>
          ) : null}
          .
        </>
      }
      action={
        <Button look="primary" onClick={reset}>
          Try again
        </Button>
      }
    />
  )
}
