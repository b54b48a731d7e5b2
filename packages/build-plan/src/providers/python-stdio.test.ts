import { expect, test } from 'vitest'
import { portPlaceholder } from '../fill-command.ts'
import type { BuildPlan } from '../plan.ts'
import type { Settings } from '../settings.ts'
import { sourceTreeFrom } from '../source-tree.ts'
import { pythonProject } from './python-project.ts'

const low = `
import asyncio
from mcp.server import Server
from mcp.server.stdio import stdio_server
server = Server("x")
async def main():
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())
if __name__ == "__main__":
    asyncio.run(main())
`
const requirements = { 'requirements.txt': 'mcp<2' }
const packaged = (scripts: string) => `[project]
name = "mcp-notes"
version = "1"
dependencies = ["mcp<2"]
[project.scripts]
${scripts}
[build-system]
requires = ["hatchling"]
`

test('a low-level server is run as its author runs it, over stdio', () => {
  const plan = planFor({ ...requirements, 'server.py': low })
  expect(plan).toMatchObject({ flavor: 'Python SDK', transport: 'stdio', port: 8000, path: '/mcp' })
  expect(plan.start.command).toEqual(['.venv/bin/python', '-u', 'server.py'])
})

test.each([
  ['the one of the project’s name', 'other = "x:y"\nmcp-notes = "notes:main"', 'mcp-notes'],
  ['the one that speaks of mcp', 'notes = "notes:cli"\nnotes-mcp = "notes:main"', 'notes-mcp'],
])('a package is started by its console script: %s', (_name, scripts, expected) => {
  const plan = planFor({ 'pyproject.toml': packaged(scripts), 'src/notes/__init__.py': low })
  expect(plan.start.command).toEqual(['.venv/bin/python', '-u', `.moorage/site/bin/${expected}`])
})

test('a package without a script is started by its __main__.py', () => {
  const plan = planFor({ ...requirements, 'src/notes/__main__.py': low, 'src/notes/x.py': low })
  expect(plan.start.command).toEqual(['.venv/bin/python', '-u', '-m', 'notes'])
})

test.each([
  [
    'an object that is made in a function',
    'from fastmcp import FastMCP\ndef f():\n  FastMCP().run()\nif __name__ == "__main__":\n  f()',
  ],
  ['a class of its own', 'from mcp.server.lowlevel import Server\nasyncio.run(serve())'],
])('%s goes over stdio', (_name, source) => {
  const plan = planFor({ 'requirements.txt': 'fastmcp', 'main.py': source })
  expect(plan.transport).toBe('stdio')
  expect(plan.start.command.at(-1)).toBe('main.py')
})

test.each<[string, string, Partial<BuildPlan>]>([
  ['that reads PORT', 'port=int(os.environ["PORT"])', { transport: 'streamable-http', port: 8000 }],
  ['with a port of its own', 'port=9123', { transport: 'streamable-http', port: 9123 }],
  ['that can do stdio too', 'stdio_server()', { transport: 'stdio', port: 8000 }],
])('a low-level server over HTTP %s', (_name, line, expected) => {
  const source = `from mcp.server.lowlevel import Server\nStreamableHTTPSessionManager()\nif __name__ == "__main__":\n  uvicorn.run(app, ${line})`
  expect(planFor({ ...requirements, 'server.py': source })).toMatchObject(expected)
})

test.each([
  ['requirements.txt', { 'requirements.txt': 'mcp[cli]==1.6.0' }],
  ['uv.lock', { 'pyproject.toml': packaged(''), 'uv.lock': 'name = "mcp"\nversion = "1.2.1"\n' }],
  ['FastMCP', { 'requirements.txt': 'fastmcp==2.2.10' }],
])('a library from before streamable HTTP, by %s, goes over stdio', (_name, files) => {
  const server = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\nmcp.run()'
  const plan = planFor({ ...files, 'server.py': server })
  expect([plan.transport, plan.start.command.at(-1)]).toEqual(['stdio', 'server.py'])
})

test('settings can ask for stdio where the object could be served over HTTP', () => {
  const server =
    'from fastmcp import FastMCP\nmcp = FastMCP("x")\nif __name__ == "__main__":\n  mcp.run()'
  const files = { 'requirements.txt': 'fastmcp', 'server.py': server }
  expect(planFor(files).transport).toBe('streamable-http')
  const plan = planFor(files, { transport: 'stdio' })
  expect(plan.start.command).toEqual(['.venv/bin/python', '-u', 'server.py'])
})

test.each<[string[], string[], string]>([
  [['python', 'server.py'], ['.venv/bin/python', 'server.py'], 'stdio'],
  [
    ['uv', 'run', '--with', 'x', 'server.py', '-v'],
    ['.venv/bin/python', 'server.py', '-v'],
    'stdio',
  ],
  [
    ['uv', '--directory', '/x', 'run', 'python', '-m', 'a'],
    ['.venv/bin/python', '-m', 'a'],
    'stdio',
  ],
  [['poetry', 'run', 'uvicorn', 'a:b'], ['.venv/bin/uvicorn', 'a:b'], 'streamable-http'],
  [
    ['fastmcp', 'run', 'a.py', '--transport', 'http'],
    ['.venv/bin/fastmcp', 'run', 'a.py', '--transport', 'http'],
    'streamable-http',
  ],
  [['./start'], ['./start'], 'stdio'],
])('the start command %j is %j, over %s', (start, command, transport) => {
  const plan = planFor({ ...requirements, 'server.py': low }, { start })
  expect([plan.start.command, plan.transport]).toEqual([command, transport])
})

test('a server that does HTTP+SSE alone is reached at its usual path', () => {
  const source = 'from mcp.server.sse import SseServerTransport\nuvicorn.run(app)'
  expect(planFor({ ...requirements, 'server.py': source })).toMatchObject({
    transport: 'sse',
    path: '/sse',
  })
})

test('a server that is run as it is and serves HTTP is told where to listen, one on stdio is not', () => {
  const env = (line: string) =>
    planFor({ ...requirements, 'server.py': low }, { start: line.split(' ') }).start.env
  expect(env('fastmcp run server.py -t http')).toMatchObject({ FASTMCP_PORT: portPlaceholder })
  expect(env('python server.py')).not.toHaveProperty('FASTMCP_PORT')
})

test('a start command may be a console script of the project', () => {
  const files = { 'pyproject.toml': packaged('notes = "notes:main"'), 'src/notes/__init__.py': low }
  const plan = planFor(files, { start: ['uv', 'run', 'notes', '--db', 'x'] })
  expect(plan.start.command).toEqual(['.venv/bin/python', '.moorage/site/bin/notes', '--db', 'x'])
})

function planFor(files: Record<string, string>, settings: Settings = {}): BuildPlan {
  const repository = sourceTreeFrom(files)
  const plan = pythonProject.detect(repository, { rootDir: '.', repository, settings })
  if (plan === null) throw new Error('not planned')
  return plan
}
