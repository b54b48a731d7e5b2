import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const accept = 'application/json, text/event-stream'

/** A session by hand: little enough of a client that the bridge is what is measured. */
export async function openSession(url: string, protocolVersion = '2025-06-18') {
  const clientInfo = { name: 'bench', version: '1' }
  const params = { protocolVersion, capabilities: {}, clientInfo }
  const first = await post(url, { jsonrpc: '2.0', id: 0, method: 'initialize', params })
  const headers = {
    'mcp-session-id': first.sessionId ?? '',
    'mcp-protocol-version': protocolVersion,
  }
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
  let id = 0
  return {
    headers,
    async call(name: string, args: object = {}): Promise<string> {
      const body = {
        jsonrpc: '2.0',
        id: ++id,
        method: 'tools/call',
        params: { name, arguments: args },
      }
      const { status, text } = await post(url, body, headers)
      if (status !== 200) throw new Error(`HTTP ${status}: ${text.slice(0, 200)}`)
      return text
    },
  }
}

type Answer = { status: number; text: string; sessionId: string | undefined }

function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const out = request(url, {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/json', accept, ...headers },
    })
    out.on('error', reject)
    out.on('response', (res) => {
      let text = ''
      res.setEncoding('utf8').on('data', (chunk) => {
        text += chunk
      })
      const sessionId = res.headers['mcp-session-id']
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, text, sessionId: sessionId?.toString() }),
      )
      res.on('error', reject)
    })
    out.end(JSON.stringify(body))
  })
}
