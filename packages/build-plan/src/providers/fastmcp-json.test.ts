import { expect, test } from 'vitest'
import type { BuildPlan } from '../plan.ts'
import { sourceTreeFrom } from '../source-tree.ts'
import { fastmcpJson } from './fastmcp-json.ts'

const server = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n'
const pyproject =
  '[project]\nname = "x"\ndependencies = ["fastmcp==4.2.3"]\n[build-system]\nrequires = []\n'

test('path, editable packages and dependencies come out of the file', () => {
  const plan = planFor(
    {
      source: { path: 'src/server.py:create' },
      environment: { python: '3.13', dependencies: ['httpx'], editable: ['lib'] },
      deployment: { transport: 'stdio', port: 9, path: '/x/mcp' },
    },
    { 'src/server.py': server, 'lib/pyproject.toml': '' },
  )
  expect(plan).toMatchObject({ path: '/x/mcp', transport: 'streamable-http', port: 8000 })
  expect(plan.base?.version).toBe('3.13')
  expect(plan.install.copy).toEqual(['.'])
  expect(plan.install.run.at(-1)?.slice(-5)).toEqual(['-e', './lib', '--', 'httpx', 'fastmcp'])
})

test('a project in a directory is installed from there', () => {
  const plan = planFor(
    { source: { path: 'server.py' }, environment: { project: 'app' } },
    { 'server.py': server, 'app/pyproject.toml': pyproject, 'app/uv.lock': 'name = "fastmcp"' },
  )
  expect(plan.install.copy).toEqual(['app/pyproject.toml', 'app/uv.lock'])
  expect(plan.install.run.at(-1)).toEqual(expect.arrayContaining(['--active', '--project', 'app']))
  expect(plan.build.run[0]).toContain('./app')
  expect(plan.start.env).toMatchObject({ PYTHONPATH: '.moorage/site:app' })
})

test.each([
  ['a source outside', { source: { path: '../server.py' } }],
  ['an absolute source', { source: { path: '/etc/server.py' } }],
  ['a source that is not there', { source: { path: 'nope.py' } }],
  ['another type of source', { source: { type: 'git', path: 'server.py' } }],
  ['a project outside', { environment: { project: '../x' } }],
  ['a project without a manifest', { environment: { project: 'src' } }],
  ['requirements outside', { environment: { requirements: '/etc/passwd' } }],
  ['an editable package outside', { environment: { editable: ['../x'] } }],
  ['an option for a dependency', { environment: { dependencies: ['-r/etc/passwd'] } }],
  ['a path with a query', { deployment: { path: '/mcp?x' } }],
  ['a transport of its own', { deployment: { transport: 'telepathy' } }],
])('%s is refused', (_name, config) => {
  const whole = { source: { path: 'server.py' }, ...config }
  expect(() => planFor(whole, { 'server.py': server })).toThrow(
    expect.objectContaining({ code: 'plan_failed', hint: expect.any(String) }),
  )
})

function planFor(config: object, files: Record<string, string>): BuildPlan {
  const repository = sourceTreeFrom({ 'fastmcp.json': JSON.stringify(config), ...files })
  const plan = fastmcpJson.detect(repository, { rootDir: '.', repository, settings: {} })
  if (plan === null) throw new Error('not planned')
  return plan
}
