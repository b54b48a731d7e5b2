'use client'
import type { ServerView } from '@moorage/deployments/views'
import { createContext, type ReactNode, useContext } from 'react'
import { useLive } from '../api-client/use-live.ts'
import type { Can } from '../server/can.ts'

type LiveServer = { server: ServerView; can: Can }
const LiveContext = createContext<LiveServer | null>(null)

/** One stream for all that a server's pages show of its state. */
export function ServerLive({
  initial,
  can,
  children,
}: {
  initial: ServerView
  can: Can
  children: ReactNode
}) {
  const { slug } = initial
  const server = useLive(`server:${slug}`, initial, (client, handlers) =>
    client.servers.watch.subscribe({ slug }, handlers),
  )
  return <LiveContext value={{ server, can }}>{children}</LiveContext>
}

export function useLiveServer(): LiveServer {
  const live = useContext(LiveContext)
  if (!live) throw new Error('useLiveServer stands outside of ServerLive')
  return live
}
