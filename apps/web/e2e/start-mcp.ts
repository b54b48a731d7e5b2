import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import type { Opened } from './open-dashboard.ts'

/** A server named `whoami` behind a real router: `whoami` says who calls it, `forget_me` is guarded, `/stream` stays open. */
export async function startMcp(
  { db, databaseUrl, dashboard, teamId }: Opened,
  routerPort: number,
): Promise<{ url: string; serverId: string; stop: () => void }> {
  const upstream = await startWhoAmI()
  const serverId = newId('srv')
  const deploymentId = newId('dep')
  await db.server.create({
    data: {
      ...{ id: serverId, teamId, slug: 'whoami', name: 'Who am I' },
      routing: { guardedTools: ['forget_*'] },
    },
  })
  const tools = [
    { name: 'whoami', title: null, description: 'Says who calls', inputSchema: {} },
    { name: 'forget_me', title: null, description: 'Forgets who calls', inputSchema: {} },
  ]
  await db.deployment.create({
    data: {
      ...{ id: deploymentId, serverId, status: 'live', trigger: 'push', plan: { path: '/mcp' } },
      handshake: { ...emptyHandshake, tools },
    },
  })
  await db.instance.create({
    data: {
      ...{ id: newId('ins'), deploymentId, serverId, runtime: 'process', state: 'ready' },
      ...{ host: '127.0.0.1', port: upstream.port },
    },
  })
  await db.route.create({ data: { serverId, deploymentId, version: 1n } })
  const url = `http://localhost:${routerPort}`
  const router = await startRouter({
    DATABASE_URL: databaseUrl,
    MOORAGE_DASHBOARD_URL: dashboard.url,
    MOORAGE_ROUTER_URL: url,
    MOORAGE_ROUTER_PORT: String(routerPort),
  })
  const stop = () => {
    router.kill('SIGKILL')
    upstream.close()
  }
  return { url: `${url}/whoami/mcp`, serverId, stop }
}

const emptyHandshake = {
  protocolVersion: '2026-07-28',
  eras: ['modern'],
  transport: 'streamable-http',
  serverInfo: { name: 'whoami', version: '1', title: null },
  instructions: null,
  resources: [],
  prompts: [],
}

async function startWhoAmI(): Promise<{ port: number; close: () => void }> {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'whoami', version: '1' })
    server.registerTool(
      'whoami',
      { description: 'Says who calls', inputSchema: z.object({}) },
      (_args, ctx) => {
        const headers = ctx.http?.req?.headers
        const text = headers?.get('moorage-email') ?? headers?.get('moorage-user') ?? 'nobody'
        return { content: [{ type: 'text', text }] }
      },
    )
    server.registerTool('forget_me', { inputSchema: z.object({}) }, () => ({
      content: [{ type: 'text', text: 'forgotten' }],
    }))
    return server
  })
  const mcp = toNodeHandler(handler)
  const server = createServer((req, res) => {
    if (req.url !== '/stream') return mcp(req, res)
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: begun\n\n')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

async function startRouter(env: Record<string, string>): Promise<ChildProcess> {
  const main = join(import.meta.dirname, '../../router/src/main.ts')
  const child = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      NODE_ENV: 'production',
      MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ...env,
    },
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('Router is listening')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`The router ended with ${code}`)))
  })
  return child
}
