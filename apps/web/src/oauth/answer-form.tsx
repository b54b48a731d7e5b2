'use client'
import { useState } from 'react'
import { z } from 'zod'
import { Button } from '../parts/button.tsx'
import { Notice } from '../parts/notice.tsx'

const answerSchema = z.object({
  url: z.string().optional(),
  error_description: z.string().optional(),
})

/** Yes or no; then back to the client, which hears of either. */
export function AnswerForm({ mayAllow }: { mayAllow: boolean }) {
  const [busy, setBusy] = useState<'yes' | 'no' | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const answer = async (accept: boolean) => {
    setBusy(accept ? 'yes' : 'no')
    setFault(null)
    const { url, error_description } = await send(accept)
    if (url) return window.location.assign(url)
    setFault(error_description ?? 'The dashboard does not answer. Try again.')
    setBusy(null)
  }
  return (
    <div className="mt-5 grid gap-3">
      {fault ? (
        <Notice look="error" title={fault}>
          Start again from the client.
        </Notice>
      ) : null}
      <div className="flex justify-end gap-2">
        <Button busy={busy === 'no'} disabled={busy !== null} onClick={() => answer(false)}>
          {mayAllow ? 'Deny' : 'Back to the client'}
        </Button>
        {mayAllow ? (
          <Button
            look="primary"
            busy={busy === 'yes'}
            disabled={busy !== null}
            onClick={() => answer(true)}
          >
            Allow
          </Button>
        ) : null}
      </div>
      {mayAllow ? (
        <p className="text-right text-sm text-faint">
          You can take it back at any time, on your account page.
        </p>
      ) : null}
    </div>
  )
}

async function send(accept: boolean): Promise<z.infer<typeof answerSchema>> {
  try {
    const response = await fetch('/api/auth/oauth2/consent', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ accept, oauth_query: window.location.search.slice(1) }),
    })
    return answerSchema.parse(await response.json())
  } catch {
    return {}
  }
}
