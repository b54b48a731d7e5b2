import type { Message } from './json-rpc.ts'
import type { Member } from './member.ts'

/** A stream of subscriptions/listen. */
export type Listener = {
  principal: string
  wants(message: Message): boolean
  uris: readonly string[]
  send(message: Message): void
  end(): void
}
export type Listeners = ReturnType<typeof createListeners>

/** Who is told of what changes, and which resources the children watch for them. */
export function createListeners() {
  const listeners = new Set<Listener>()
  const of = (principal: string) => [...listeners].filter((one) => one.principal === principal)
  const urisOf = (principal: string) => new Set(of(principal).flatMap(({ uris }) => uris))

  return {
    add(listener: Listener, members: readonly Member[]): void {
      const known = urisOf(listener.principal)
      listeners.add(listener)
      for (const uri of listener.uris)
        if (!known.has(uri)) for (const member of members) tell(member, 'resources/subscribe', uri)
    },
    delete(listener: Listener, members: readonly Member[]): void {
      if (!listeners.delete(listener)) return
      const known = urisOf(listener.principal)
      for (const uri of listener.uris)
        if (!known.has(uri))
          for (const member of members) tell(member, 'resources/unsubscribe', uri)
    },
    /** A new child watches what the others do. */
    watch(principal: string, member: Member): void {
      for (const uri of urisOf(principal)) tell(member, 'resources/subscribe', uri)
    },
    deliver(principal: string, message: Message): void {
      for (const listener of of(principal)) if (listener.wants(message)) listener.send(message)
    },
    has: (principal: string) => of(principal).length > 0,
    /** A child of theirs is gone, and what it would have told with it: they have to listen anew. */
    end(principal: string): void {
      for (const listener of of(principal)) listener.end()
    },
    endAll(): void {
      for (const listener of listeners) listener.end()
    },
    count: () => listeners.size,
  }
}

function tell(member: Member, method: string, uri: string): void {
  const call = () => member.call(method, { uri }, { onAnswer: () => {} })
  // One that does not come up is told of by what it was started for.
  member.initialized.then(call, () => {})
}
