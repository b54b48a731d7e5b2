import { expect, test } from 'vitest'
import { pythonProject } from './providers/python-project.ts'
import { findWorkspace } from './python-workspace.ts'
import { sourceTreeFrom } from './source-tree.ts'
import { subtree } from './subtree.ts'

const member = (name: string, dependencies: string[]) =>
  `[project]\nname = "${name}"\ndependencies = ${JSON.stringify(dependencies)}\n[build-system]\nrequires = ["hatchling"]\n`
const root = '[tool.uv.workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n'
const files = {
  'pyproject.toml': root,
  'uv.lock': '',
  'packages/weather/pyproject.toml': member('weather', ['fastmcp', 'common']),
  'packages/weather/src/weather/server.py': 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n',
  'packages/common/pyproject.toml': member('common', ['deeper']),
  'packages/deeper/pyproject.toml': member('deeper', []),
  'packages/other/pyproject.toml': member('other', []),
  'packages/old/pyproject.toml': member('old', []),
}

test('finds the root with the lock file', () => {
  const found = findWorkspace(sourceTreeFrom(files), 'packages/weather')
  expect(found).toEqual({ root: '.', member: 'packages/weather' })
})

test('a workspace may stand below the repository’s root', () => {
  const moved = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [`py/${path}`, text]),
  )
  const found = findWorkspace(sourceTreeFrom(moved), 'py/packages/weather')
  expect([found?.root, found?.member]).toEqual(['py', 'packages/weather'])
})

test.each([
  ['a directory that is excluded', 'packages/old', {}],
  ['the root itself', '.', {}],
  ['a project with a lock file of its own', 'packages/weather', { 'packages/weather/uv.lock': '' }],
  ['no workspace above', 'packages/weather', { 'pyproject.toml': '[project]\nname = "x"' }],
])('there is none for %s', (_name, directory, more) => {
  expect(findWorkspace(sourceTreeFrom({ ...files, ...more }), directory)).toBeNull()
})

test('a pattern that is made to be slow matches nothing', () => {
  for (const glob of ['{a,b}'.repeat(30), '*a'.repeat(60)]) {
    const slow = `[tool.uv.workspace]\nmembers = ["${glob}"]\n`
    const tree = sourceTreeFrom({ ...files, 'pyproject.toml': slow })
    expect(findWorkspace(tree, 'packages/weather')).toBeNull()
  }
})

test('a workspace that is not locked is answered by what to commit', () => {
  const { 'uv.lock': _, ...unlocked } = files
  expect(() => findWorkspace(sourceTreeFrom(unlocked), 'packages/weather')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('uv.lock') }),
  )
})

test('a member is installed from the workspace’s root, and started from its own directory there', () => {
  const repository = sourceTreeFrom(files)
  const rootDir = 'packages/weather'
  const plan = pythonProject.detect(subtree(repository, rootDir), {
    rootDir,
    repository,
    settings: {},
  })
  expect(plan?.rootDir).toBe('.')
  expect(plan?.install.copy).toEqual([
    'pyproject.toml',
    'uv.lock',
    'packages/weather/pyproject.toml',
  ])
  expect(plan?.install.run).toContainEqual(expect.arrayContaining(['--package', 'weather']))
  expect(plan?.start.command).toContain('packages/weather/src/weather/server.py:mcp')
  expect(plan?.start.env).toMatchObject({ PYTHONPATH: '.moorage/site:packages/weather' })
})
