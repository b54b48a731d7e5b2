import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type CallToolResult,
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { expect, test } from 'vitest'
import { npmServer, scripted, startBridge } from './fixtures/start-bridge.ts'

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

async function connect(url: string, mode: 'auto' | 'legacy' | 'sse'): Promise<Client> {
  const versionNegotiation = { mode: mode === 'auto' ? ('auto' as const) : ('legacy' as const) }
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation })
  const Transport = mode === 'sse' ? SSEClientTransport : StreamableHTTPClientTransport
  await client.connect(new Transport(new URL(url)))
  return client
}

const textOf = ({ content: [first] }: CallToolResult) => (first?.type === 'text' ? first.text : '')

/** In each era, and over HTTP+SSE. */
async function callInAllWays(
  child: readonly string[],
  name: string,
  args: Record<string, unknown>,
): Promise<string[]> {
  await using bridge = await startBridge(child)
  const texts = []
  for (const mode of ['auto', 'legacy', 'sse'] as const) {
    const client = await connect(mode === 'sse' ? `${bridge.origin}/sse` : bridge.url, mode)
    expect(client.getProtocolEra()).toBe(mode === 'auto' ? 'modern' : 'legacy')
    const { tools } = await client.listTools()
    expect(tools.map((tool) => tool.name)).toContain(name)
    texts.push(textOf(await client.callTool({ name, arguments: args })))
    await client.close()
  }
  return texts
}

test('the official memory server', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'moorage-bridge-'))
  const child = npmServer(import.meta.resolve('@modelcontextprotocol/server-memory/dist/index.js'))
  const texts = await callInAllWays(child, 'read_graph', {})
  for (const text of texts) expect(JSON.parse(text)).toHaveProperty('entities')
  await rm(dir, { recursive: true })
})

test('the official filesystem server', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'moorage-bridge-'))
  const path = join(dir, 'note.txt')
  await writeFile(path, 'ahoy')
  const child = npmServer(
    import.meta.resolve('@modelcontextprotocol/server-filesystem/dist/index.js'),
    dir,
  )
  expect(await callInAllWays(child, 'read_text_file', { path })).toEqual(['ahoy', 'ahoy', 'ahoy'])
  await rm(dir, { recursive: true })
})

test('a server on SDK v2', async () => {
  const child = [process.execPath, fixture('sdk-v2-child.ts')]
  expect(await callInAllWays(child, 'add', { a: 2, b: 3 })).toEqual(['5', '5', '5'])
})

test('a server in Python', async () => {
  const texts = await callInAllWays(['python3', fixture('child.py')], 'upper', { text: 'ahoy' })
  expect(texts).toEqual(['AHOY', 'AHOY', 'AHOY'])
})

test('over HTTP+SSE a child ends with its stream, and a stream with its child', async () => {
  await using bridge = await startBridge(scripted)
  const client = await connect(`${bridge.origin}/sse`, 'sse')
  await expect(client.callTool({ name: 'die' })).rejects.toThrow(/exited with code 7/)
  const second = await connect(`${bridge.origin}/sse`, 'sse')
  await second.close()
  const lost = await fetch(`${bridge.origin}/sse?sessionId=gone`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  expect(lost.status).toBe(404)
})
