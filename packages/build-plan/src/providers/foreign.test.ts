import { describe, expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const dependencies = { '@modelcontextprotocol/sdk': '1.32.2' }
const stdio = "import '@modelcontextprotocol/sdk/server/stdio.js'"
const node = { 'package.json': JSON.stringify({ main: 'x.js', dependencies }), 'x.js': stdio }
const planFor = (files: Record<string, string>) => planBuild(sourceTreeFrom(files))
const says = (files: Record<string, string>) =>
  planFor(files)
    .reasons.map(({ value, because }) => `${value}: ${because}`)
    .join('\n')

describe('smithery.yaml', () => {
  test('a command function is not run: the manifest says how the server is started', () => {
    const files = {
      ...node,
      Dockerfile: 'FROM scratch',
      'smithery.yaml': `startCommand:\n  type: stdio\n  configSchema:\n    type: object\n    required: [apiKey]\n    properties:\n      apiKey: {type: string}\n      level: {type: string}\n  commandFunction: |-\n    (config) => { throw process.exit(1) }\n`,
    }
    const plan = planFor(files)
    expect([plan.flavor, plan.transport, plan.start.command]).toEqual([
      'TypeScript SDK',
      'stdio',
      ['node', 'x.js'],
    ])
    expect(says(files)).toContain('commandFunction is not run')
    expect(says(files)).toContain('apiKey (required), level')
  })

  test('a command function with nothing but a Dockerfile: its image speaks stdio', () => {
    const plan = planFor({
      Dockerfile: 'FROM x',
      'smithery.yaml': 'startCommand:\n  type: stdio\n',
    })
    expect([plan.kind, plan.transport]).toEqual(['dockerfile', 'stdio'])
  })

  test.each([
    ['beside it', 'dockerfile: Own', { Own: 'FROM x' }, '.', 'Own'],
    [
      'below, with the whole as its context',
      'dockerfile: a/Own\n  dockerBuildPath: .',
      { 'a/Own': 'FROM x' },
      '.',
      'a/Own',
    ],
    [
      'below, with its directory',
      'dockerfile: a/Own\n  dockerBuildPath: a',
      { 'a/Own': 'FROM x' },
      'a',
      'Own',
    ],
  ])('a container whose Dockerfile is %s', (_name, build, files, rootDir, dockerfile) => {
    const plan = planFor({ ...files, 'smithery.yaml': `runtime: container\nbuild:\n  ${build}\n` })
    expect(plan).toMatchObject({
      kind: 'dockerfile',
      rootDir,
      dockerfile,
      transport: 'streamable-http',
    })
  })

  test('a module that starts nothing is bundled, and served by the bridge', () => {
    const plan = planFor({
      'smithery.yaml': 'runtime: typescript',
      'package.json': JSON.stringify({ module: 'src/index.ts', dependencies }),
      'src/index.ts': 'export default function createServer() {}',
    })
    expect([plan.flavor, plan.transport]).toEqual(['Smithery module', 'stdio'])
    expect(plan.build.run[0]).toEqual(expect.arrayContaining(['esbuild', 'src/index.ts']))
  })

  test('a module that starts itself is left alone', () => {
    expect(planFor({ ...node, 'smithery.yaml': 'runtime: typescript' }).flavor).toBe(
      'TypeScript SDK',
    )
  })

  test.each([
    ['a broken one', '{'],
    ['one of a wrong shape', 'runtime: [x]'],
    ['one that leads out', 'build:\n  dockerfile: ../../Dockerfile'],
    ['one with an absolute context', 'build:\n  dockerfile: Dockerfile\n  dockerBuildPath: /'],
    ['one with a tag of JavaScript', 'startCommand: !!js/function "function () {}"'],
    ['one of many aliases', `a: &a [x]\nb: [${'*a,'.repeat(500)}*a]`],
    ['a huge one', `env: {A: ${'x'.repeat(100_000)}}`],
    ['one with an env of two lines', 'env:\n  A: "x\\nUSER root"'],
  ])('%s is refused', (_name, text) => {
    expect(() => planFor({ ...node, 'smithery.yaml': text })).toThrow(/smithery\.yaml/)
  })
})

describe('alpic.json', () => {
  const withAlpic = (alpic: unknown) => ({ ...node, 'alpic.json': JSON.stringify(alpic) })

  test('names the commands', () => {
    const plan = planFor(
      withAlpic({ installCommand: 'npm ci', buildCommand: 'npm run x', startCommand: 'node y.js' }),
    )
    expect([plan.build.run[0], plan.start.command]).toEqual([
      ['npm', 'run', 'x'],
      ['node', 'y.js'],
    ])
  })

  test('leaves what it does not name to planning', () => {
    expect(planFor(withAlpic({ $schema: 'x', buildOutputDir: 'dist' })).start.command).toEqual([
      'node',
      'x.js',
    ])
  })

  test('comes after the settings', () => {
    const files = {
      ...withAlpic({ startCommand: 'node y.js' }),
      'moorage.json': '{"start":"node z.js"}',
    }
    expect(planFor(files).start.command).toEqual(['node', 'z.js'])
  })

  test.each([
    ['a line for a shell', { startCommand: 'node x.js && true' }],
    ['an install of its own', { installCommand: 'curl example.org' }],
    ['a wrong shape', { startCommand: 5 }],
    ['a command of 1 MB', { startCommand: 'x'.repeat(2 ** 20) }],
  ])('with %s is refused', (_name, alpic) => {
    expect(() => planFor(withAlpic(alpic))).toThrow(/alpic\.json/)
  })
})

describe('npm fastmcp', () => {
  const planSource = (source: string) =>
    planFor({
      'package.json': JSON.stringify({
        dependencies: { fastmcp: '4' },
        scripts: { start: 'node server.js' },
      }),
      'server.js': source,
    })

  test('is asked for HTTP by its environment', () => {
    const plan = planSource('server.start()')
    expect(plan.transport).toBe('streamable-http')
    expect(plan.start.env).toMatchObject({
      FASTMCP_TRANSPORT: 'httpStream',
      FASTMCP_ENDPOINT: '/mcp',
    })
  })

  test('is bridged where its source asks for stdio, which comes before the environment', () => {
    expect(planSource("server.start({ transportType: 'stdio' })").transport).toBe('stdio')
  })

  test('is met on the port of its source', () => {
    expect(
      planSource("server.start({ transportType: 'httpStream', httpStream: { port: 9191 } })").port,
    ).toBe(9191)
  })
})

test('FastMCP for TypeScript runs the file that makes the server', () => {
  const plan = planFor({
    'package.json': JSON.stringify({ dependencies: { '@prefecthq/fastmcp-ts': '1' } }),
    'src/server.ts': 'export const mcp = new FastMCP("x")',
  })
  expect(plan.flavor).toBe('FastMCP for TypeScript')
  expect(plan.start.command.slice(0, 3)).toEqual([
    'node_modules/.bin/fastmcp',
    'run',
    'src/server.ts',
  ])
})
