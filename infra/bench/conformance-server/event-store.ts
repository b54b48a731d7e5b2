import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

/** The events of one session, in memory, for clients that come back with Last-Event-ID. */
export function createEventStore(): EventStore {
  const events: { streamId: string; message: JSONRPCMessage }[] = []
  return {
    storeEvent: async (streamId, message) => String(events.push({ streamId, message }) - 1),
    replayEventsAfter: async (lastEventId, { send }) => {
      const last = Number(lastEventId)
      const streamId = events[last]?.streamId ?? ''
      // The priming event that opens a stream is an empty message.
      for (const [id, event] of events.entries())
        if (id > last && event.streamId === streamId && Object.keys(event.message).length > 0)
          await send(String(id), event.message)
      return streamId
    },
  }
}
