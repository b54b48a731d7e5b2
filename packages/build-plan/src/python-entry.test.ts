import { expect, test } from 'vitest'
import { findPythonEntry } from './python-entry.ts'
import { sourceTreeFrom } from './source-tree.ts'

const make = (name: string) => `from fastmcp import FastMCP\n${name} = FastMCP("x")\n`

test.each<[string, Record<string, string>, string]>([
  ['the one file', { 'weather.py': make('weather') }, 'weather.py:weather'],
  ['mcp before other names', { 'a.py': `${make('helper')}${make('mcp')}` }, 'a.py:mcp'],
  ['server.py before others', { 'aaa.py': make('mcp'), 'server.py': make('mcp') }, 'server.py:mcp'],
  ['the nearer one', { 'server.py': make('mcp'), 'lib/server.py': make('mcp') }, 'server.py:mcp'],
  [
    'the one that can be run',
    { 'a.py': make('mcp'), 'z.py': `${make('mcp')}if __name__ == "__main__":\n    mcp.run()` },
    'z.py:mcp',
  ],
  [
    'the one that mounts the others',
    { 'server.py': make('mcp'), 'root.py': `${make('main')}main.mount(x)` },
    'root.py:main',
  ],
  [
    'tests last',
    { 'tests/server.py': make('mcp'), 'deep/er/x.py': make('mcp') },
    'deep/er/x.py:mcp',
  ],
  ['an example, where it is all there is', { 'examples/x.py': make('mcp') }, 'examples/x.py:mcp'],
  [
    'typed and qualified',
    { 'x.py': 'import fastmcp\nmcp: fastmcp.FastMCP[None] = fastmcp.FastMCP("x")' },
    'x.py:mcp',
  ],
  [
    'a factory',
    { 'x.py': 'from fastmcp import FastMCP\ndef build() -> FastMCP:\n  ...' },
    'x.py:build',
  ],
  [
    'the file that imports the tools and runs it',
    { 'app.py': make('mcp'), 'main.py': 'from app import mcp\nimport tools\nmcp.run()' },
    'main.py:mcp',
  ],
  ['MCPServer', { 'x.py': 'from mcp.server import MCPServer\nmcp = MCPServer("x")' }, 'x.py:mcp'],
])('finds %s', (_name, files, expected) => {
  const entry = findPythonEntry(sourceTreeFrom(files))
  expect(`${entry?.path}:${entry?.object}`).toBe(expected)
})

test('prefers the module that a console script names', () => {
  const tree = sourceTreeFrom({ 'server.py': make('mcp'), 'src/notes/cli.py': make('app') })
  expect(findPythonEntry(tree, ['notes.cli:main'])?.path).toBe('src/notes/cli.py')
})

test.each(['    mcp = FastMCP("x")', '# mcp = FastMCP("x")', 'mcp = FastMCPx("x")', 'x = 1'])(
  'finds none in %j',
  (text) => {
    expect(findPythonEntry(sourceTreeFrom({ 'x.py': text }))).toBeNull()
  },
)

test.each([
  ['def run():\n    register_tools()\n    mcp.run()', true],
  ['def main():\n    mcp.add_tool(add)\n    mcp.run()', true],
  ['load_dotenv()\nsetup_logging()\ndef main():\n    register_tools()\n    mcp.run()', true],
  ['register_tools(mcp)', false],
  ['@mcp.tool\ndef add():\n    registry.register_call()', false],
  ['import tools', false],
])('knows whether tools are added only when it is run: %j', (more, late) => {
  const entry = findPythonEntry(sourceTreeFrom({ 'x.py': `${make('mcp')}${more}\n` }))
  expect(entry?.registersLate).toBe(late)
})

test('knows a server that runs as it is imported, and one that needs its package', () => {
  const bare = findPythonEntry(sourceTreeFrom({ 'x.py': `${make('mcp')}mcp.run()` }))
  const guarded = findPythonEntry(sourceTreeFrom({ 'x.py': `${make('mcp')}def f():\n  mcp.run()` }))
  const inside = findPythonEntry(
    sourceTreeFrom({ 'p/x.py': `from .tools import a\n${make('mcp')}` }),
  )
  expect([bare?.runsOnImport, guarded?.runsOnImport]).toEqual([true, false])
  expect([guarded?.relativeImports, inside?.relativeImports]).toEqual([false, true])
})
