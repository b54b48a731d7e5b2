import { expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const server = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n'
const pyproject = (more = '') =>
  `[project]\nname = "x"\nversion = "1"\ndependencies = ["fastmcp>=2"]\n${more}`

test('installs from the files that requirements.txt includes', () => {
  const plan = planFor({
    'requirements.txt': '-r deps/base.txt\n-c limits.txt\nhttpx',
    'deps/base.txt': 'fastmcp==4.1.2',
    'limits.txt': 'httpx<1',
    'server.py': server,
  })
  expect(plan.install.copy).toEqual(['requirements.txt', 'deps/base.txt', 'limits.txt'])
})

test.each(['-e .', './vendored', '-r ../outside.txt'])(
  'brings the whole source to the install for %j',
  (line) => {
    const plan = planFor({ 'requirements.txt': `fastmcp\n${line}`, 'server.py': server })
    expect(plan.install.copy).toEqual(['.'])
    expect(plan.dependencies).toBeNull()
  },
)

test('never installs a fastmcp over the pin of the project', () => {
  const plan = planFor({ 'requirements.txt': 'fastmcp==2.3.0', 'server.py': server })
  expect(JSON.stringify(plan.install.run)).not.toContain('"fastmcp')
})

test('follows uv.lock where there is one', () => {
  const lock = 'name = "fastmcp"'
  const plan = planFor({ 'pyproject.toml': pyproject(), 'uv.lock': lock, 'server.py': server })
  expect(plan.install.copy).toEqual(['pyproject.toml', 'uv.lock'])
  expect(plan.install.run.at(-1)).toEqual(expect.arrayContaining(['sync', '--frozen']))
})

test('passes over a uv.lock that lacks a dependency, and says so', () => {
  const plan = planFor({ 'pyproject.toml': pyproject(), 'uv.lock': '', 'server.py': server })
  expect(plan.install.run.at(-1)).toEqual(expect.arrayContaining(['-r', 'pyproject.toml']))
  expect(plan.reasons).toContainEqual(
    expect.objectContaining({ because: 'uv.lock is out of date: it lacks fastmcp' }),
  )
})

test('installs the project itself after its source is there, where it is a package', () => {
  const more = '[build-system]\nrequires = ["hatchling"]'
  const plan = planFor({ 'pyproject.toml': pyproject(more), 'src/x/server.py': server })
  expect(plan.install.copy).toEqual(['pyproject.toml'])
  expect(plan.build.run[0]).toEqual(expect.arrayContaining(['--no-deps', '.']))
  expect(plan.start.env).toMatchObject({ PYTHONPATH: '.moorage/site:.' })
})

test.each([
  ['.python-version', { '.python-version': '3.11.4\n' }, '3.11'],
  ['requires-python', { 'pyproject.toml': pyproject('requires-python = ">=3.13"') }, '3.13'],
  ['an older one', { 'pyproject.toml': pyproject('requires-python = "~=3.10.0"') }, '3.10'],
  ['nothing', {}, '3.12'],
])('honours %s', (_name, files, version) => {
  const plan = planFor({ 'pyproject.toml': pyproject(), 'server.py': server, ...files })
  expect(plan.base).toEqual({ language: 'python', version })
  expect(plan.reasons).toContainEqual(
    expect.objectContaining({ choice: 'Python version', value: version }),
  )
})

test.each(['mcp.run()', 'mcp.run(transport="stdio")', 'asyncio.run(mcp.run_async())'])(
  'keeps a bare %j from serving stdio in the middle of the import',
  (line) => {
    const plan = planFor({ 'requirements.txt': 'fastmcp', 'server.py': `${server}${line}\n` })
    expect(plan.start.command.at(-1)).toBe('fastmcp.FastMCP')
  },
)

test('starts a file that imports its neighbours as a part of its package', () => {
  const plan = planFor({
    'requirements.txt': 'fastmcp',
    'src/pkg/__init__.py': '',
    'src/pkg/server.py': `from .tools import x\n${server}`,
  })
  expect(plan.start.command).toContain('pkg.server:mcp')
})

test('serves the official SDK by the launcher', () => {
  const source = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")'
  const plan = planFor({ 'requirements.txt': 'mcp<2', 'server.py': source })
  expect(plan.flavor).toBe('Python SDK')
  expect(plan.start.command).toContain('server.py:mcp')
})

test('says what to add where nothing says what to install, or where no object is made', () => {
  expect(() => planFor({ 'server.py': server })).toThrow(/requirements\.txt/)
  expect(() => planFor({ 'requirements.txt': 'fastmcp', 'x.py': 'pass' })).toThrow(/FastMCP\(…\)/)
})

test('leaves a Python project without an MCP library alone', () => {
  expect(() => planFor({ 'requirements.txt': 'flask', 'x.py': 'pass' })).toThrow(/No MCP server/)
})

test('adds fastmcp to a fastmcp.json that does not name it, as fastmcp itself does', () => {
  const config = { source: { path: 'server.py' }, environment: { dependencies: ['httpx>=0.27'] } }
  const plan = planFor({ 'fastmcp.json': JSON.stringify(config), 'server.py': server })
  expect(plan.install.run.at(-1)?.slice(-3)).toEqual(['--', 'httpx>=0.27', 'fastmcp'])
})

function planFor(files: Record<string, string>) {
  return planBuild(sourceTreeFrom(files))
}
