import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '@moorage/embedded/free-port'
import { startPlatform } from '@moorage/router/testing-platform'

/** Where the suite is pointed to. */
export type Subject = { url: string; close(): Promise<void> }

/** The server at this port, deployed and private, as its clients see it. */
export async function throughRouter(port: number): Promise<Subject> {
  const platform = await startPlatform()
  const teamId = await platform.addTeam()
  const server = await platform.addServer(teamId)
  await platform.deploy(server, port)
  const { key } = await platform.addKey(teamId)
  const { url } = await platform.startRouter()
  const hop = await startHop(`${url}/${server.slug}`, key)
  return { url: `${hop.url}/mcp`, close: () => hop.close().then(platform.close) }
}

/** The suite knows no API keys: adds one to each request, and leaves the rest alone, Host and Origin too. */
async function startHop(base: string, key: string): Promise<Subject> {
  const server = createServer((req, res) => {
    const headers = [...req.rawHeaders, 'Authorization', `Bearer ${key}`]
    const out = request(base + req.url, { method: req.method ?? 'GET', headers, agent: false })
    out.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      res.flushHeaders()
      answer.pipe(res)
    })
    out.on('error', () => res.destroy())
    res.on('close', () => out.destroy())
    req.pipe(out)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The same server over stdio, behind the bridge. */
export async function throughBridge(): Promise<Subject> {
  const port = await freePort(0)
  const bridge = fileURLToPath(new URL('../../packages/mcp/src/bridge/main.ts', import.meta.url))
  const server = fileURLToPath(new URL('conformance-server/main.ts', import.meta.url))
  const command = ['--', process.execPath, server, '--stdio']
  const at = ['--port', String(port), '--host', '127.0.0.1', '--path', '/mcp']
  // The suite leaves its sessions open.
  const args = [bridge, ...at, '--max-children', '200', '--idle-seconds', '10']
  const child = spawn(process.execPath, [...args, ...command], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/mcp`
  while (!(await fetch(url).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`The bridge ended with ${child.exitCode}.`)
    await sleep(50)
  }
  return {
    url,
    close: async () => {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}
