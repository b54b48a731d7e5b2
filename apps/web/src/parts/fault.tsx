import { errorText } from '../api-client/error-text.ts'
import { Notice } from './notice.tsx'

/** Above a form's fields: why it was not taken, and what to do next. Nothing without an error. */
export function Fault({ error }: { error: unknown }) {
  if (!error) return null
  const { message, hint } = errorText(error)
  return (
    <Notice look="error" title={message}>
      {hint}
    </Notice>
  )
}
