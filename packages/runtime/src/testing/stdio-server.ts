import { setTimeout as sleep } from 'node:timers/promises'
import type { InstanceStatus } from '../driver.ts'

/** A server that speaks MCP over stdio, in as few lines as will pass for one; says what it was given. */
export const stdioServer = `
import { createInterface } from 'node:readline'
const answers = {
  initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'stdio', version: '1' } }),
  'tools/list': () => ({ tools: [{ name: 'env', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: JSON.stringify({ ...process.env, cwd: process.cwd(), pid: process.pid }) }] }),
  ping: () => ({}),
}
console.error('a child is up')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const answer = answers[method] ? { result: answers[method](params) } : { error: { code: -32601, message: 'no such method' } }
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }))
})
process.stdin.on('end', () => process.env.STUBBORN || process.exit(0))
if (process.env.STUBBORN) { process.on('SIGTERM', () => {}); setInterval(() => {}, 1000) }
`

const accept = 'application/json, text/event-stream'

/** Opens a session through the bridge and has the server say what it was given. */
export async function askChild(status: InstanceStatus, path = '/mcp') {
  const { host, port } = status.address ?? { host: '', port: 0 }
  let sessionId = ''
  const call = async (method: string, params: object) => {
    const answer = await fetch(`http://${host}:${port}${path}`, {
      method: 'POST',
      headers: {
        accept,
        'content-type': 'application/json',
        ...(sessionId && { 'mcp-session-id': sessionId }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    sessionId ||= answer.headers.get('mcp-session-id') ?? ''
    const text = await answer.text()
    return JSON.parse(text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? text))
  }
  const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {} }
  await retried(() => call('initialize', params))
  const { result } = await call('tools/call', { name: 'env', arguments: {} })
  return JSON.parse(result.content[0].text) as Record<string, string> & { pid: number }
}

async function retried<T>(step: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await step()
    } catch (error) {
      if (tries > 100) throw error
      await sleep(50)
    }
  }
}
