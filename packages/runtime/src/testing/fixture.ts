import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { newId } from '@moorage/domain/id'
import type {
  BuildInput,
  InstanceSpec,
  InstanceStatus,
  RuntimeDriver,
  RuntimeLogLine,
} from '../driver.ts'

/** A server that does on request what tests want to see a driver cope with. */
const serverFile = `
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { execFileSync } from 'node:child_process'

const actions = {
  env: () => process.env,
  exit: (code) => { setTimeout(() => process.exit(Number(code)), 20); return 'bye' },
  hog: () => { const held = []; setInterval(() => held.push(Buffer.alloc(8 << 20, 1)), 5); return 'hungry' },
  print: (text) => { console.log(text); console.error('error: ' + text); return 'printed' },
  read: (path) => readFileSync(path, 'utf8'),
  run: (args) => { try { return execFileSync(JSON.parse(args)[0], JSON.parse(args).slice(1), { encoding: 'utf8', timeout: 8000 }) } catch (e) { return 'failed: ' + e.message } },
  connect: (target) => new Promise((resolve) => {
    const [host, port] = target.split(':')
    const socket = connect({ host, port: Number(port), timeout: 2000 }, () => resolve('connected'))
    socket.on('error', (error) => resolve(error.code)).on('timeout', () => resolve('timeout'))
  }),
}
if (process.env.STUBBORN) process.on('SIGTERM', () => console.log('not now'))
else process.on('SIGTERM', () => { console.log('going'); process.exit(0) })
createServer(async (request, response) => {
  const url = new URL(request.url, 'http://x')
  const action = actions[url.pathname.slice(1)]
  try { response.end(JSON.stringify(action ? await action(url.searchParams.get('q')) : 'hello')) }
  catch (error) { response.end(JSON.stringify('failed: ' + error.message)) }
}).listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening'))
`

export async function sourceDir(files: Record<string, string> = {}): Promise<string> {
  const dir = await tempDir()
  for (const [path, content] of Object.entries({ 'server.mjs': serverFile, ...files })) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  return dir
}

const tempDirs: string[] = []

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'moorage-runtime-'))
  tempDirs.push(dir)
  return dir
}

/** For the end of a test file. */
export async function removeTempDirs(): Promise<void> {
  for (const dir of tempDirs.splice(0)) await rm(dir, { recursive: true, force: true })
}

/** A plan for `server.mjs`, with the given commands as its build. */
export function nodePlan(buildCommands: string[][] = [], rest: Partial<BuildPlan> = {}): BuildPlan {
  return {
    version: 1,
    kind: 'node',
    flavor: 'test',
    rootDir: '.',
    dockerfile: null,
    base: { language: 'node', version: '24' },
    packages: [],
    install: { copy: [], run: [], caches: [] },
    build: { copy: ['.'], run: [['node', '--version'], ...buildCommands], caches: ['.cache/test'] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of the plan
    start: { command: ['node', 'server.mjs'], env: { PLANNED: 'at ${HOST}:${PORT}' } },
    port: 8080,
    path: '/mcp',
    transport: 'streamable-http',
    reasons: [],
    ...rest,
  }
}

export type LoggedBuild = BuildInput & { lines: string[] }

export async function buildInput(
  plan: BuildPlan,
  rest: Partial<BuildInput> = {},
): Promise<LoggedBuild> {
  const lines: string[] = []
  return {
    serverId: newId('srv'),
    deploymentId: newId('dep'),
    teamId: newId('team'),
    plan,
    secrets: {},
    sourceDir: rest.sourceDir ?? (await sourceDir()),
    limits: { timeoutMs: 60_000, memoryBytes: 2 ** 30, cpus: 2, diskBytes: 2 ** 33 },
    onLog: (line) => lines.push(line),
    signal: new AbortController().signal,
    ...rest,
    lines,
  }
}

export function instanceSpec(
  build: BuildInput,
  imageId: string,
  rest: Partial<InstanceSpec> = {},
): InstanceSpec {
  return {
    instanceId: newId('ins'),
    serverId: build.serverId,
    deploymentId: build.deploymentId,
    imageId,
    plan: build.plan,
    env: {},
    volume: null,
    limits: { memoryBytes: 128 * 2 ** 20, cpus: 1, pids: 64, maxChildren: 4 },
    ...rest,
  }
}

/** What the server answers to an action; waits until it listens. */
export async function ask(status: InstanceStatus, action: string, q = ''): Promise<unknown> {
  if (!status.address) throw new Error('the instance has no address')
  const { host, port } = status.address
  const url = `http://${host}:${port}/${action}?q=${encodeURIComponent(q)}`
  for (let tries = 0; ; tries++) {
    try {
      return await (await fetch(url)).json()
    } catch (error) {
      if (tries > 100) throw error
      await sleep(50)
    }
  }
}

export async function logLines(
  driver: RuntimeDriver,
  instanceId: string,
  since?: Date,
): Promise<RuntimeLogLine[]> {
  const signal = new AbortController().signal
  const options = { follow: false, signal, ...(since && { since }) }
  const lines: RuntimeLogLine[] = []
  for await (const line of driver.logs(instanceId, options)) lines.push(line)
  return lines
}

/** Asks until the answer is a yes; fails where none comes in time. */
export async function eventually(
  question: () => Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(50))
    if (await question()) return
  throw new Error('it did not come to pass in time')
}
