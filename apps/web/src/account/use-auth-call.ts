'use client'
import { useState } from 'react'
import { useAnswer } from '../parts/use-answer.ts'
import { authClient, authFault } from './auth-client.ts'

type Answer = { error: { message?: string | undefined; status: number } | null }

/** A change of one's own sign-in: says in a toast that it was done, or why not. */
export function useAuthCall(done: string) {
  const answer = useAnswer()
  const [busy, setBusy] = useState(false)
  const run = async (call: (client: typeof authClient) => Promise<Answer>): Promise<boolean> => {
    setBusy(true)
    const { error } = await call(authClient)
    setBusy(false)
    if (error) {
      answer.refused(authFault(error))
      return false
    }
    answer.done(done)
    return true
  }
  return { busy, run }
}
