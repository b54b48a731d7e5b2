'use client'
import { FoundByHandshake } from './found-by-handshake.tsx'
import { useLiveServer } from './server-live.tsx'

/** What the live version offers. */
export function FoundTools() {
  const { server } = useLiveServer()
  const handshake = server.live?.handshake
  return handshake ? <FoundByHandshake handshake={handshake} /> : null
}
