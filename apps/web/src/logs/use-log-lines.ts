'use client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useTRPCClient } from '../api-client/api-provider.tsx'
import { useVisible } from '../api-client/use-visible.ts'
import { appendLines, type LogLine } from './log-lines.ts'
import { logPage } from './log-page.ts'

export type LogFilter = {
  slug: string
  deploymentId?: string
  streams?: LogLine['stream'][]
  search?: string
}

/** The lines that came with the page, those that follow while `isOpen`, and on demand those before. */
export function useLogLines(filter: LogFilter, initial: LogLine[], isOpen: boolean) {
  const client = useTRPCClient()
  const visible = useVisible()
  const [lines, setLines] = useState(initial)
  const [hasOlder, setHasOlder] = useState(initial.length >= logPage)
  const cursor = useRef('0')
  const isLoading = useRef(false)
  cursor.current = lines.at(-1)?.id ?? '0'
  const asked = JSON.stringify(filter)

  useEffect(() => {
    if (!isOpen || !visible) return
    const input = { ...(JSON.parse(asked) as LogFilter), after: cursor.current }
    const subscription = client.logs.follow.subscribe(input, {
      onData: (batch) => setLines((before) => appendLines(before, batch)),
    })
    return () => subscription.unsubscribe()
  }, [client, asked, isOpen, visible])

  const first = lines[0]?.id
  const loadOlder = useCallback(async () => {
    if (isLoading.current || !hasOlder || first === undefined) return
    isLoading.current = true
    try {
      const page = await client.logs.query.query({
        ...(JSON.parse(asked) as LogFilter),
        before: first,
        limit: logPage,
      })
      setHasOlder(page.length >= logPage)
      setLines((before) => [...page, ...before])
    } finally {
      isLoading.current = false
    }
  }, [client, asked, hasOlder, first])

  return { lines, hasOlder, loadOlder }
}
