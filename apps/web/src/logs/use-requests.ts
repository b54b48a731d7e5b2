'use client'
import type { ApiOutputs } from '@moorage/api/app-router'
import { useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { useVisible } from '../api-client/use-visible.ts'
import { appendLines } from './log-lines.ts'
import { requestPage } from './request-page.ts'

export type RequestRow = ApiOutputs['logs']['requests'][number]

/** Requests, oldest first, as they come; `showOlder` fetches the page before. */
export function useRequests(slug: string, failedOnly: boolean, initial: RequestRow[]) {
  const client = useTRPCClient()
  const visible = useVisible()
  const [rows, setRows] = useState(initial)
  const [hasOlder, setHasOlder] = useState(initial.length >= requestPage)
  const cursor = useRef('0')
  cursor.current = rows.at(-1)?.id ?? '0'

  useEffect(() => {
    if (!visible) return
    const subscription = client.logs.followRequests.subscribe(
      { slug, failedOnly, after: cursor.current },
      { onData: (batch) => setRows((before) => appendLines(before, batch)) },
    )
    return () => subscription.unsubscribe()
  }, [client, slug, failedOnly, visible])

  const showOlder = async () => {
    const first = rows[0]
    if (!first) return
    const page = await client.logs.requests.query({
      slug,
      failedOnly,
      before: first.id,
      limit: requestPage,
    })
    setHasOlder(page.length >= requestPage)
    setRows((before) => [...page, ...before])
  }
  return { rows, hasOlder, showOlder }
}
