import type { Events, PlatformEvent } from '@moorage/bus/events'
import { createBell } from '@moorage/logs/follow'

/** What is read now, and again after every event that concerns it and every `pollMs`, where it has changed. */
export async function* watchView<View>(
  events: Events,
  options: {
    concerns: (event: PlatformEvent) => boolean
    read: () => Promise<View>
    /** After such a view nothing more can come. */
    isLast?: (view: View) => boolean
    pollMs: number
  },
  signal: AbortSignal,
): AsyncGenerator<View> {
  const bell = createBell(signal)
  const unsubscribe = await events.subscribe((event) => {
    if (options.concerns(event)) bell.ring()
  })
  try {
    let last = ''
    while (!signal.aborted) {
      const view = await options.read()
      const text = JSON.stringify(view)
      if (text !== last) yield view
      last = text
      if (options.isLast?.(view)) return
      await bell.wait(options.pollMs)
    }
  } finally {
    await unsubscribe()
  }
}
