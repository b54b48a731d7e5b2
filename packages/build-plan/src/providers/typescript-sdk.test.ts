import { describe, expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const http =
  "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'\napp.post('/mcp', x)\nprocess.env.PORT"
const stdio = "import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'"
const dependencies = { '@modelcontextprotocol/sdk': '1.32.2' }

test('installs from the lock file, builds, and starts node without npm in between', () => {
  const plan = planFor({ scripts: { build: 'tsc', start: 'node dist/index.js' } })
  expect(plan.install.copy).toEqual(['package.json', 'package-lock.json'])
  expect(plan.install.run[0]?.slice(0, 2)).toEqual(['npm', 'ci'])
  expect(plan.build.run).toEqual([['npm', 'run', 'build']])
  expect(plan.start.command).toEqual(['node', 'dist/index.js'])
  expect(plan.dependencies?.run[0]).toContain('--omit=dev')
})

test.each([
  ['pnpm-lock.yaml', "lockfileVersion: '9.0'\n", 'pnpm@10'],
  ['yarn.lock', '# yarn lockfile v1\n', 'yarn@1'],
  ['yarn.lock', '__metadata:\n  version: 8\n', '@yarnpkg/cli-dist@4'],
  ['bun.lock', '{}', 'bun@1'],
])('takes the package manager of %s', (file, text, command) => {
  const plan = planFor(
    { scripts: { start: 'node x.js' } },
    { [file]: text, 'package-lock.json': null },
  )
  expect(plan.install.run[0]).toContain(command)
})

test('pins the package manager that package.json pins', () => {
  const plan = planFor(
    { packageManager: 'pnpm@9.1.0+sha512.abc', scripts: { start: 'node x.js' } },
    { 'pnpm-lock.yaml': '' },
  )
  expect(plan.install.run[0]).toContain('pnpm@9.1.0')
})

test('keeps development dependencies where the start needs them', () => {
  const plan = planFor({ scripts: { start: 'tsx src/index.ts' }, devDependencies: { tsx: '4' } })
  expect(plan.start.command).toEqual(['npm', 'run', 'start', '--silent'])
  expect(JSON.stringify(plan)).not.toContain('--omit=dev')
})

test('brings the whole source to an install that runs scripts of the project', () => {
  const plan = planFor({ scripts: { prepare: 'npm run build', build: 'tsc', start: 'node x.js' } })
  expect(plan.install.copy).toEqual(['.'])
  expect(plan.dependencies).toBeNull()
})

test('keeps what a build writes into node_modules', () => {
  const plan = planFor({ scripts: { build: 'prisma generate && tsc', start: 'node x.js' } })
  expect(plan.dependencies).toBeNull()
  expect(plan.build.run.at(-1)).toContain('prune')
})

describe('Node version', () => {
  test.each([
    ['.nvmrc', { '.nvmrc': 'v22.11.0' }, {}, '22'],
    ['engines', {}, { engines: { node: '^20.9 || ^22' } }, '22'],
    ['a range that ours fits', {}, { engines: { node: '>=18' } }, '24'],
    ['nothing', {}, {}, '24'],
  ])('honours %s', (_name, files, more, version) => {
    const plan = planFor({ scripts: { start: 'node x.js' }, ...more }, files)
    expect(plan.base).toEqual({ language: 'node', version })
  })
})

describe('entry point', () => {
  test.each([
    ['main', { main: 'dist/index.js', scripts: { build: 'tsc' } }, {}, ['node', 'dist/index.js']],
    [
      'bin',
      { bin: { x: './build/cli.js' }, scripts: { build: 'tsc' } },
      {},
      ['node', 'build/cli.js'],
    ],
    ['a usual name', {}, { 'server.js': http }, ['node', 'server.js']],
    [
      'an HTTP script first',
      { scripts: { start: 'node stdio.js', 'start:http': 'node http.js' } },
      {},
      ['node', 'http.js'],
    ],
    [
      'a script with variables, by npm',
      { scripts: { start: 'NODE_ENV=x node a.js && true' } },
      {},
      ['npm', 'run', 'start', '--silent'],
    ],
  ])('%s', (_name, more, files, command) => {
    expect(planFor(more, files).start.command).toEqual(command)
  })

  test.each([{ main: '../../etc/x.js' }, { main: '/x.js' }, { main: '--eval=x.js' }, {}])(
    'says what to add for %j',
    (more) => {
      expect(() => planFor(more, { 'src/index.ts': null, 'src/http.ts': http })).toThrow(
        /how to start/,
      )
    },
  )
})

describe('transport', () => {
  test('a server on stdio alone is started by its command', () => {
    const more = { main: 'dist/lib.js', bin: 'dist/cli.js', scripts: { build: 'tsc' } }
    const plan = planFor(more, { 'src/index.ts': stdio })
    expect([plan.transport, plan.start.command]).toEqual(['stdio', ['node', 'dist/cli.js']])
  })

  test.each([
    ['reads PORT', { start: 'node x.js' }, http, 'streamable-http'],
    [
      'has a script for HTTP',
      { 'start:http': 'node x.js' },
      'createMcpHandler(x)',
      'streamable-http',
    ],
    ['has neither', { start: 'node x.js' }, 'createMcpHandler(x)', 'stdio'],
  ])('a server on stdio and HTTP that %s', (_name, scripts, source, transport) => {
    const plan = planFor({ scripts }, { 'src/stdio.ts': stdio, 'src/index.ts': source })
    expect([plan.transport, plan.path]).toEqual([transport, '/mcp'])
  })

  test('a server on HTTP+SSE alone is one', () => {
    const sse = "import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'"
    const plan = planFor({ scripts: { start: 'node x.js' } }, { 'src/index.ts': sse })
    expect([plan.transport, plan.path]).toEqual(['sse', '/sse'])
  })

  test.each([
    'app.listen(3000)',
    'app.listen(3000, () => console.log("port 3000"))\nconst database = { port: 5432 }',
    'const PORT = 3000\napp.listen(PORT)',
    'const DEFAULT_PORT: number = 3000\napp.listen(DEFAULT_PORT)',
    'serve({ fetch: app.fetch, port: 3000 })',
  ])('the path and the port are taken from a source that fixes them: %s', (listening) => {
    const source = `createMcpHandler(x)\napp.post("/rpc", y)\n${listening}`
    const plan = planFor({ scripts: { start: 'node x.js' } }, { 'src/index.ts': source })
    expect([plan.path, plan.port]).toEqual(['/rpc', 3000])
  })

  test.each([
    'app.listen(process.env.PORT ?? 3000)\nconst port = 3000',
    'const PORT = Number(process.env["PORT"] ?? 3000)',
    'const { HOST, PORT = 3000 } = process.env',
    'const env = z.object({ PORT: z.coerce.number() }).parse(process.env)\nconst port = 3000',
    'const port = Deno.env.get("PORT") ?? 3000',
    'app.listen(3000)\nadmin.listen(4000)',
  ])('a port is not fixed where the source reads PORT, or names several: %s', (listening) => {
    const source = `createMcpHandler(x)\n${listening}`
    expect(planFor({ scripts: { start: 'node x.js' } }, { 'src/index.ts': source }).port).toBe(8000)
  })
})

test.each([
  'const env = z.object({ MCP_HTTP_PORT: z.coerce.number().default(3000) }).parse(process.env)',
  'app.listen(process.env.MCP_HTTP_PORT ?? 3000)',
  'const port = Number(process.env["MCP_HTTP_PORT"]) || 3000',
])('a variable of its own for the port is told it: %s', (listening) => {
  const source = `createMcpHandler(x)\n${listening}\nconst db = process.env.DB_PORT`
  const plan = planFor({ scripts: { start: 'node x.js' } }, { 'src/index.ts': source })
  expect([plan.port, plan.start.env.MCP_HTTP_PORT]).toEqual([8000, `\${PORT}`])
})

test('of two such variables none is told', () => {
  const source = 'createMcpHandler(x)\nprocess.env.MCP_PORT\nprocess.env.API_PORT\napp.listen(3000)'
  const plan = planFor({ scripts: { start: 'node x.js' } }, { 'src/index.ts': source })
  expect([plan.port, plan.start.env]).toEqual([3000, { NODE_ENV: 'production' }])
})

test('leaves a package without the SDK alone', () => {
  const tree = sourceTreeFrom({ 'package.json': '{"dependencies":{"express":"5"}}' })
  expect(() => planBuild(tree)).toThrow(/No MCP server/)
})

function planFor(more: Record<string, unknown>, files: Record<string, string | null> = {}) {
  const all = {
    'package.json': JSON.stringify({ name: 'x', dependencies, ...more }),
    'package-lock.json': '{}',
    'src/index.ts': http,
    ...files,
  }
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null)
  return planBuild(sourceTreeFrom(Object.fromEntries(given)))
}
