'use client'
import './globals.css'
import ErrorPage from './error.tsx'

/** When the frame itself could not be made. */
export default function GlobalError(props: {
  error: Error & { digest?: string }
  reset: () => void
}) {
  return (
    <html lang="en">
      <body>
        <ErrorPage {...props} />
      </body>
    </html>
  )
}
