import { randomBytes } from 'node:crypto'
import { readdirSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { openRemote } from '@moorage/access/remote-target'
import type { Settings } from '@moorage/build-plan/settings'
import { createInspectionQueue, type JobQueue } from '@moorage/bus/jobs'
import type { Server } from '@moorage/db/client'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { createServer } from '@moorage/deployments/create-server'
import { setEnvVar } from '@moorage/deployments/env-vars'
import {
  createInspection,
  type InspectionView,
  readInspection,
} from '@moorage/deployments/inspection'
import { rollbackDeployment } from '@moorage/deployments/rollback-deployment'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Forge, startForge } from './forge-fixture.ts'
import { actor, type BuilderFixture, startFixture } from './pipeline-fixture.ts'

let fixture: BuilderFixture
let forge: Forge
let inspectionQueue: JobQueue
let remoteSaw: IncomingHttpHeaders[] = []

beforeAll(async () => {
  fixture = await startFixture({ runtime: 'process', redis: false })
  forge = await startForge({ '/mcp': serveRemote })
  inspectionQueue = await createInspectionQueue({ databaseUrl: fixture.databaseUrl })
  await startBuilder()
})
afterAll(async () => {
  await inspectionQueue.close()
  await fixture.endBuilder('SIGTERM')
  await fixture.startBuilder({ MOORAGE_STOP_INSTANCES: '1' })
  await fixture.close()
  forge.close()
})

const startBuilder = () =>
  fixture.startBuilder({
    MOORAGE_TRUSTED_REPO_HOSTS: forge.host,
    MOORAGE_TRUSTED_REMOTE_HOSTS: forge.host,
    MOORAGE_BUILD_CA_FILE: forge.caFile,
  })

/** As small as an MCP server may be, behind a token. */
function serveRemote(request: IncomingMessage, response: ServerResponse): void {
  remoteSaw.push(request.headers)
  if (request.headers.authorization !== 'Bearer good') return void response.writeHead(401).end()
  if (request.method !== 'POST') return void response.writeHead(405).end()
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const { id, method } = JSON.parse(body)
    if (id === undefined) return response.writeHead(202).end()
    const serverInfo = { name: 'far', version: '7' }
    const results: Record<string, object> = {
      initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
      'tools/list': { tools: [{ name: 'far_tool', inputSchema: { type: 'object' } }] },
    }
    const result = results[method]
    const rest = result ? { result } : { error: { code: -32601, message: 'unknown' } }
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...rest }))
  })
}

const newServer = (settings: Settings, document: string | null = null) =>
  createServer(
    { ...fixture.deps, repoUrlPolicy: { trustedHosts: [] } },
    {
      teamId: fixture.team.id,
      slug: `kind-${randomBytes(4).toString('hex')}`,
      source: 'settings',
      settings,
      document,
    },
    actor,
  )

async function deploy(server: Server) {
  const input = { teamId: fixture.team.id, serverId: server.id, trigger: 'manual' as const }
  const { id } = await createDeployment(fixture.deps, input, actor)
  return fixture.settled(id, 120_000)
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: filled in from the server's variables
const headers = { Authorization: 'Bearer ${TOKEN}' }

test('a remote server goes live with no build, its headers sealed, and restarts', async () => {
  const server = await newServer({ remote: { url: `https://${forge.host}/mcp`, headers } })
  const without = await deploy(server)
  expect(without.failure).toMatchObject({
    step: 'start',
    message: 'The header Authorization needs the variable TOKEN.',
  })
  const variable = { serverId: server.id, key: 'TOKEN', scope: 'production' as const }
  await setEnvVar(fixture.deps, { ...variable, value: 'bad', writeOnly: true })
  expect((await deploy(server)).failure).toMatchObject({ step: 'handshake' })
  await setEnvVar(fixture.deps, { ...variable, value: 'good', writeOnly: true })
  const live = await deploy(server)
  expect(live).toMatchObject({ status: 'live', handshake: { serverInfo: { name: 'far' } } })
  expect(live.steps.map(({ name }) => name)).not.toContain('build')
  const [instance] = live.instances
  expect(instance).toMatchObject({ runtime: 'remote', state: 'ready', host: 'localhost' })
  expect(JSON.stringify(instance)).not.toContain('good')
  expect(openRemote(fixture.deps.encryptionKey, instance?.id ?? '', instance?.remote)).toEqual({
    url: `https://${forge.host}/mcp`,
    headers: { Authorization: 'Bearer good' },
  })

  await fixture.endBuilder('SIGKILL')
  await startBuilder()
  const restart = { teamId: fixture.team.id, serverId: server.id, toDeploymentId: live.id }
  const again = await rollbackDeployment(fixture.deps, restart, actor)
  expect(await fixture.settled(again.id)).toMatchObject({ status: 'live' })
  expect((await fixture.read(live.id)).instances).toMatchObject([{ state: 'stopped' }])
})

test('a remote server in a private network is refused unless the operator trusts it', async () => {
  const port = Number(forge.host.split(':')[1])
  const server = await newServer({ remote: { url: `https://127.0.0.1:${port}/mcp` } })
  remoteSaw = []
  expect((await deploy(server)).failure).toMatchObject({
    step: 'start',
    hint: expect.stringContaining('MOORAGE_TRUSTED_REMOTE_HOSTS'),
  })
  expect(remoteSaw).toEqual([])
})

test('an image from a registry in a private network is refused unless the operator trusts it', async () => {
  const inner = await newServer({ image: '127.0.0.1:5000/x:1' })
  expect((await deploy(inner)).failure).toMatchObject({
    hint: expect.stringContaining('MOORAGE_TRUSTED_REGISTRIES'),
  })
})

test('a push to a server of settings is refused with a word on what to do', async () => {
  const server = await newServer({ remote: { url: 'https://example.com/mcp' } })
  await expect(fixture.push(server)).rejects.toMatchObject({
    code: 'bad_input',
    hint: expect.stringContaining('settings'),
  })
})

test('settings in the row come before moorage.json, and stdio gets its bridge', async () => {
  const server = await fixture.newServer()
  const settings = { start: ['node', 'stdio.mjs'], transport: 'stdio' as const }
  await fixture.deps.db.server.update({ where: { id: server.id }, data: { settings } })
  const { id } = await fixture.push(server, { 'stdio.mjs': stdioServer })
  const live = await fixture.settled(id)
  expect(live).toMatchObject({
    status: 'live',
    handshake: { serverInfo: { name: 'on-stdio' } },
    plan: { transport: 'stdio', start: { command: ['node', 'stdio.mjs'] } },
  })
})

const stdioServer = `
import { createInterface } from 'node:readline'
const serverInfo = { name: 'on-stdio', version: '1' }
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (id === undefined) return
  const rest = method === 'initialize'
    ? { result: { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo } }
    : { error: { code: -32601, message: 'unknown' } }
  console.log(JSON.stringify({ jsonrpc: '2.0', id, ...rest }))
})
`

const inspected = (input: { repoUrl: string; branch?: string }) =>
  createInspection(
    { ...fixture.deps, inspectionQueue, repoUrlPolicy: { trustedHosts: [forge.host] } },
    { teamId: fixture.team.id, ...input },
    actor,
  )

async function ended(inspectionId: string): Promise<InspectionView> {
  return vi.waitFor(
    async () => {
      const view = await readInspection(fixture.deps, { teamId: fixture.team.id, inspectionId })
      if (!view.finishedAt) throw new Error(`${view.status}\n${fixture.output().slice(-2000)}`)
      return view
    },
    { timeout: 30_000, interval: 50 },
  )
}

test('a look at a repository finds its servers on its default branch, and leaves nothing', async () => {
  const fill = (dir: string) => {
    writeFileSync(join(dir, 'requirements.txt'), 'fastmcp\n')
    writeFileSync(join(dir, 'server.py'), 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n')
  }
  const commitSha = forge.repository('looked-at', fill, 'trunk')
  const events: string[] = []
  const stop = await fixture.deps.events.subscribe((event) => {
    if (event.type === 'inspection') events.push(event.inspectionId)
  })
  const { id } = await inspected({ repoUrl: `https://${forge.host}/looked-at.git` })
  const view = await ended(id)
  expect(view).toMatchObject({
    status: 'done',
    branch: 'trunk',
    result: { commitSha, servers: [{ rootDir: '.', plan: { kind: 'python' } }] },
  })
  await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(2))
  await stop()
  expect(readdirSync(join(fixture.dataDir, 'work'))).not.toContain(id)
})

test('a look that cannot be had says why', async () => {
  const { id } = await inspected({ repoUrl: `https://${forge.host}/missing.git` })
  const { status, failure, result } = await ended(id)
  expect({ status, result }).toEqual({ status: 'failed', result: null })
  expect(failure?.message).toContain('does not let us read this repository')
})

test('a look whose builder was killed is taken up by the next', async () => {
  forge.repository('killed', (dir) => writeFileSync(join(dir, 'a.txt'), 'a'))
  await fixture.endBuilder('SIGKILL')
  const { id } = await inspected({ repoUrl: `https://${forge.host}/killed.git` })
  await fixture.deps.db.inspection.update({ where: { id }, data: { status: 'running' } })
  await inspectionQueue.remove(id)
  await startBuilder()
  expect((await ended(id)).result?.servers).toEqual([])
})
