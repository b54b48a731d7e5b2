import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { startPlatform } from '@moorage/router/testing-platform'
import { type Child, restCore, startScript } from './child.ts'
import { startRouterProcess } from './subjects.ts'

/** Each stream takes two descriptors of the worker, whose limit may be 20,000. */
const streams = 9_700
/** `BENCH_STREAM_MINUTES=10` keeps them open for so long and counts those that are lost. */
const heldMinutes = Number(process.env.BENCH_STREAM_MINUTES ?? 0)
const atOnce = 100
const slowReaders = 20
const mib = 1024 * 1024

/** What streams cost one worker: those that are idle, and those whose reader does not keep up. */
export async function measureStreams() {
  const platform = await startPlatform()
  const upstream = await startScript('stream-upstream.ts', restCore, {})
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, upstream.port)
  const { key } = await platform.addKey(teamId)
  const router = await startRouterProcess(platform.databaseUrl)
  const sockets: Socket[] = []
  const open = (path: string) => openStream(router.port, `/${server.slug}${path}`, key)
  try {
    for (let i = 0; i < 200; i++) sockets.push(await open('/mcp'))
    const before = await memory(router)
    while (sockets.length < 200 + streams)
      sockets.push(...(await Promise.all(Array.from({ length: atOnce }, () => open('/mcp')))))
    const during = await memory(router)
    let lost = 0
    for (const socket of sockets)
      socket.once('close', () => {
        lost += 1
      })
    await sleep(heldMinutes * 60_000)
    const held = { minutes: heldMinutes, lost, grownMib: grown(during, await memory(router)) }
    const flooded = await Promise.all(Array.from({ length: slowReaders }, () => open('/flood')))
    for (const socket of flooded) socket.pause()
    await sleep(3_000)
    const first = await memory(router)
    await sleep(5_000)
    const later = await memory(router)
    sockets.push(...flooded)
    return {
      goals: { kibPerIdleStream: 40, lost: 0, grownMib: 'no more in the end than at first' },
      openStreams: sockets.length,
      kibPerIdleStream: Math.round((during.rss - before.rss) / streams / 102.4) / 10,
      held,
      slowReaders: {
        count: slowReaders,
        mibAtFirst: grown(during, first),
        mibFiveSecondsLater: grown(during, later),
      },
    }
  } finally {
    for (const socket of sockets) socket.destroy()
    await router.stop()
    await upstream.stop()
    await platform.close()
  }
}

function grown(from: { rss: number }, to: { rss: number }): number {
  return Math.round((to.rss - from.rss) / mib)
}

/** Resolves when the first bytes of the stream are here. */
function openStream(port: number, path: string, key: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (head) => {
      socket.off('error', reject)
      socket.on('error', () => {})
      if (head.toString().startsWith('HTTP/1.1 200')) resolve(socket)
      else reject(new Error(head.toString()))
    })
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${key}\r\n\r\n`,
    )
  })
}

/** After a collection of garbage. */
function memory({ process: child }: Child): Promise<{ rss: number }> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as { rss: number }))
    child.send('memory')
  })
}
