import { expect, test } from 'vitest'
import type { BuildPlan } from '../plan.ts'
import { sourceTreeFrom } from '../source-tree.ts'
import { pythonPackage } from './python-package.ts'

test.each([
  ['uvx mcp-server-time', ['mcp-server-time'], '.venv/bin/mcp-server-time'],
  [
    'uvx mcp-server-time@2026.1.1 --tz UTC',
    ['mcp-server-time==2026.1.1'],
    '.venv/bin/mcp-server-time --tz UTC',
  ],
  ['uvx mcp-server-time@latest', ['mcp-server-time'], '.venv/bin/mcp-server-time'],
  ['uvx a[cli]>=1,<2 x', ['a[cli]>=1,<2'], '.venv/bin/a x'],
  ['uvx --from a==1 --with b,c==2 -q serve', ['a==1', 'b', 'c==2'], '.venv/bin/serve'],
  ['uvx --from=a serve', ['a'], '.venv/bin/serve'],
  ['uv tool run mcp-server-git', ['mcp-server-git'], '.venv/bin/mcp-server-git'],
  ['pipx run --spec a==1 serve', ['a==1'], '.venv/bin/serve'],
  [
    'python -m mcp_server_time --x',
    ['mcp-server-time'],
    '.venv/bin/python -u -m mcp_server_time --x',
  ],
  [
    'uvx --from git+https://git.example/a/b@v1 serve',
    ['git+https://git.example/a/b@v1'],
    '.venv/bin/serve',
  ],
])('%s', (line, requirements, command) => {
  const plan = planFor(line)
  expect(plan).toMatchObject({ flavor: 'Python package', transport: 'stdio' })
  expect(plan?.start.command.join(' ')).toBe(command)
  const install = plan?.install.run.find((words) => words.includes('--'))
  expect(install?.slice(install.indexOf('--') + 1)).toEqual(requirements)
})

test('has git at hand where the package is fetched by it, and only there', () => {
  expect(planFor('uvx --from git+https://git.example/a/b serve')?.buildPackages).toEqual(['git'])
  expect(planFor('uvx a')?.buildPackages).toBeUndefined()
})

test('--python asks for a version', () => {
  expect(planFor('uvx --python 3.13 a')?.base?.version).toBe('3.13')
})

test.each([
  'uvx',
  'uvx --index-url https://evil.example a',
  'uvx --from ./local serve',
  'uvx --from /etc serve',
  'uvx --from file:///etc serve',
  'uvx --from git+file:///etc serve',
  'uvx --from git+https://a.example/x --help',
  'uvx ../a',
  'uvx a;b',
  'uvx --python ../python a',
  'uvx --with -r/etc/passwd a',
])('%s is refused with a hint', (line) => {
  expect(() => planFor(line)).toThrow(
    expect.objectContaining({ code: 'plan_failed', hint: expect.stringContaining('uvx') }),
  )
})

test('leaves other commands alone, and -m where there is a source to run', () => {
  expect(planFor('python server.py')).toBeNull()
  expect(planFor('python -m notes', { 'notes.py': '' })).toBeNull()
})

function planFor(line: string, files: Record<string, string> = {}): BuildPlan | null {
  const repository = sourceTreeFrom({ 'moorage.json': '{}', ...files })
  const settings = { start: line.split(' ') }
  return pythonPackage.detect(repository, { rootDir: '.', repository, settings })
}
