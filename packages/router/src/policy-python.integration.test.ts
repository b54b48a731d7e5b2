import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { fastmcpPython, useByPython } from '@moorage/e2e/clients/install'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isServed } from './testing/client.ts'
import { createLibraryServer } from './testing/library-server.ts'
import { startPlatform, type TestPlatform, until } from './testing/platform.ts'
import { startSseServer, startUpstream, type Upstream } from './testing/upstream.ts'

// Rules as a client sees them that nobody here wrote.

let platform: TestPlatform
let python: string
let url: string
const upstreams: Upstream[] = []

beforeAll(async () => {
  python = await fastmcpPython()
  platform = await startPlatform()
  url = (await platform.startRouter()).url
}, 240_000)

afterAll(async () => {
  await platform?.close()
  await Promise.all(upstreams.map((upstream) => upstream.stop()))
})

type Rule = Partial<Record<'tools' | 'prompts' | 'resources', { allow: string[] }>>
type Names = Partial<Record<keyof Rule, string[]>>
type Seen = { protocol: string; listed: Names; used: Record<string, string> }

async function use(upstream: Upstream, mode: string, rule: Rule, names: Names): Promise<Seen> {
  upstreams.push(upstream)
  const teamId = await platform.addTeam()
  const { key } = await platform.addKey(teamId)
  const policy = { rules: [{ who: ['everyone'], ...rule }] }
  const server = await platform.addServer(teamId, { policy })
  const sse = { transport: 'sse', path: '/sse' }
  await platform.deploy(server, upstream.port, mode === 'sse' ? sse : {})
  const endpoint = `${url}/${server.slug}/mcp`
  await until(() => isServed(`${url}/${server.slug}/other`, key))
  const args = [useByPython, endpoint, key, mode, JSON.stringify(names)]
  const { stdout } = await promisify(execFile)(python, args)
  return JSON.parse(stdout)
}

test.each([
  ['legacy', '2025-11-25'],
  ['2026-07-28', '2026-07-28'],
])(
  'the Python fastmcp client, %s, sees and may use what its rule allows',
  async (mode, revision) => {
    const upstream = await startUpstream(toNodeHandler(createMcpHandler(createLibraryServer)))
    const rule = {
      tools: { allow: ['read_*'] },
      prompts: { allow: ['summary'] },
      resources: { allow: ['books://open/*'] },
    }
    const { protocol, listed, used } = await use(upstream, mode, rule, {
      tools: ['read_book', 'delete_book'],
      prompts: ['summary', 'secret'],
      resources: ['books://open/three', 'books://closed/two'],
    })
    expect(protocol).toBe(revision)
    expect(listed).toEqual({
      tools: ['read_book', 'read_index'],
      prompts: ['summary'],
      resources: ['books://open/one', 'books://open/{name}'],
    })
    expect(used).toEqual({
      read_book: 'did read_book',
      delete_book: expect.stringContaining('Tool delete_book not found'),
      summary: 'summary',
      secret: expect.stringContaining('not found'),
      'books://open/three': 'books://open/three',
      'books://closed/two': expect.stringContaining('not found'),
    })
  },
)

test('the Python fastmcp client, over HTTP+SSE, sees and may use what its rule allows', async () => {
  const rule = { tools: { allow: ['grow'] } }
  const upstream = await startSseServer('old')
  const { listed, used } = await use(upstream, 'sse', rule, { tools: ['delete', 'grow'] })
  expect(listed).toEqual({ tools: ['grow'] })
  expect(used).toEqual({ delete: expect.stringContaining('Tool delete not found'), grow: 'done' })
})
