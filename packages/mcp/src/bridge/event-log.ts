export type Event = { id: string; stream: string; data: string }

const maxEvents = 1000
const maxChars = 4 * 1024 * 1024

/** What a session sent last, so that a client can ask for what it missed by the id that it saw last. */
export function createEventLog() {
  let events: Event[] = []
  let chars = 0
  let next = 0
  let forgotten = -1

  return {
    /** `data` empty: an event that only tells the client an id to come back with. */
    append(stream: string, data: string): Event {
      const event = { id: `${stream}-${next++}`, stream, data }
      events.push(event)
      chars += data.length
      // Half is let go at once, so that a busy session does not move its whole list for each event.
      if (events.length > maxEvents || chars > maxChars) {
        const cut = Math.ceil(events.length / 2)
        forgotten = next - 1 - (events.length - cut)
        events = events.slice(cut)
        chars = events.reduce((sum, one) => sum + one.data.length, 0)
      }
      return event
    },
    /** Of the same stream, later than the event with this id; null where that is not known any more. */
    after(id: string): { stream: string; events: Event[] } | null {
      const [, stream = '', digits] = /^(\w+)-(\d{1,15})$/.exec(id) ?? []
      const position = Number(digits ?? Number.NaN)
      if (!(position < next && position >= forgotten)) return null
      const later = (one: Event) => one.stream === stream && positionOf(one) > position
      return { stream, events: events.filter((one) => later(one) && one.data !== '') }
    },
  }
}
export type EventLog = ReturnType<typeof createEventLog>

function positionOf({ id }: Event): number {
  return Number(id.slice(id.indexOf('-') + 1))
}
