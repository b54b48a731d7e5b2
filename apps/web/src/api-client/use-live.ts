'use client'
import { useEffect, useState } from 'react'
import { useTRPCClient } from './api-provider.tsx'
import { useVisible } from './use-visible.ts'

type Client = ReturnType<typeof useTRPCClient>
type Watch<View> = (
  client: Client,
  handlers: { onData: (view: View) => void; onComplete: () => void },
) => { unsubscribe: () => void }

/**
 * What the server rendered, kept up to date. `key` names what is watched. A hidden tab lets its
 * stream go: browsers allow six per host, and five tabs would else block the sixth.
 */
export function useLive<View>(key: string, initial: View, watch: Watch<View>): View {
  const client = useTRPCClient()
  const visible = useVisible()
  const [seen, setSeen] = useState({ initial, view: initial })
  // A page that was rendered again by the server is newer than what was streamed before.
  if (seen.initial !== initial) setSeen({ initial, view: initial })
  useEffect(() => {
    if (!visible) return
    const subscription = watch(client, {
      onData: (view) => setSeen((before) => ({ ...before, view })),
      onComplete: () => {},
    })
    return () => subscription.unsubscribe()
  }, [client, key, visible])
  return seen.initial === initial ? seen.view : initial
}
