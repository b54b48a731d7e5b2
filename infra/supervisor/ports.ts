import { freePort } from '@moorage/embedded/free-port'

export type Ports = { web: number; router: number; git: number }

const offsets: Ports = { web: 0, router: 10, git: 20 }
const titles: Record<keyof Ports, string> = { web: 'dashboard', router: 'router', git: 'git' }

/** The usual port of each app, or the next free one after it, with a line for each that moved. */
export async function choosePorts(base: number): Promise<{ ports: Ports; notes: string[] }> {
  const ports: Ports = { ...offsets }
  const notes: string[] = []
  const promised = new Set<number>()
  for (const app of ['web', 'router', 'git'] as const) {
    const usual = base + offsets[app]
    const port = await freePort(usual, '127.0.0.1', promised)
    if (port !== usual) notes.push(`port ${usual} is taken: the ${titles[app]} is on ${port}`)
    promised.add(port)
    ports[app] = port
  }
  return { ports, notes }
}
