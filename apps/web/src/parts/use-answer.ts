'use client'
import { Toast } from '@base-ui/react/toast'
import { useRouter } from 'next/navigation'
import { errorText } from '../api-client/error-text.ts'

type Answer = {
  /** It was done: the page is read anew. */
  done: (title: string) => void
  /** A call of the API failed. */
  failed: (error: unknown) => void
  /** It was refused, in words of our own. */
  refused: (title: string, hint?: string | null) => void
}

/** Says in a toast what came of what a person did. */
export function useAnswer(): Answer {
  const toasts = Toast.useToastManager()
  const router = useRouter()
  const refused: Answer['refused'] = (title, hint) => {
    toasts.add({ title, description: hint, type: 'error', timeout: 10_000 })
  }
  return {
    done: (title) => {
      toasts.add({ title })
      router.refresh()
    },
    failed: (error) => {
      const { message, hint } = errorText(error)
      refused(message, hint)
    },
    refused,
  }
}
