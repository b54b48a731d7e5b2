'use client'
import { Toast } from '@base-ui/react/toast'
import { errorText } from '../api-client/error-text.ts'

/** Says in a toast that something was done, or why it was not. */
export function useAnswer(): { done: (title: string) => void; failed: (error: unknown) => void } {
  const toasts = Toast.useToastManager()
  return {
    done: (title) => {
      toasts.add({ title })
    },
    failed: (error) => {
      const { message, hint } = errorText(error)
      toasts.add({ title: message, description: hint, type: 'error', timeout: 10_000 })
    },
  }
}
