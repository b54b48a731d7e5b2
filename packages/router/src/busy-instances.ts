import type { Context } from './context.ts'

/**
 * What a drain has to wait for: instances with something in flight, and those that hold sessions
 * which nothing can open again elsewhere.
 */
export function busyInstances({ inFlight, sessions, table }: Context): string[] {
  const busy = new Set(inFlight.busy())
  for (const instanceId of sessions.homes()) {
    const instance = table.instance(instanceId)
    if (!instance || instance.current || instance.sleeping) continue
    if (!table.server(instance.serverId)?.reopenSessions) busy.add(instanceId)
  }
  return [...busy].sort()
}
