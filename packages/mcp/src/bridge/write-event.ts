import type { ServerResponse } from 'node:http'
import type { Child } from './child.ts'

const backlogBytes = 1024 * 1024
const patienceMs = 30_000

/**
 * Writes to a client, and makes the child wait while the client does not keep up. One that takes
 * nothing for half a minute is cut off; it may come back and resume.
 */
export function writeEvent(child: Child, res: ServerResponse, text: string): void {
  if (res.write(text) || res.writableLength < backlogBytes || waiting.has(res)) return
  waiting.add(res)
  const timer = setTimeout(() => res.destroy(), patienceMs)
  child.hold(
    new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer)
        waiting.delete(res)
        resolve()
      }
      res.once('drain', go).once('close', go)
    }),
  )
}

const waiting = new WeakSet<ServerResponse>()
