import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Of all that runs in this process, after garbage collection. */
export async function liveBytes(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  // Buffers are given back some time after the collection.
  for (let i = 0; i < 4; i += 1) {
    collectGarbage()
    await sleep(20)
    const { heapUsed, external } = process.memoryUsage()
    least = Math.min(least, heapUsed + external)
  }
  return least
}

/** TCP connections of this process, at either end. */
export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length
}
