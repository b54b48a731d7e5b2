import { expect, test } from 'vitest'
import { pythonInstall } from './python-install.ts'
import { readPythonManifest } from './read-python-manifest.ts'
import { sourceTreeFrom } from './source-tree.ts'

const poetry = (more = '') => `[tool.poetry]
name = "notes"
${more}
[tool.poetry.dependencies]
python = "^3.11"
fastmcp = { version = "^4", extras = ["x"] }
[tool.poetry.scripts]
notes = "notes.server:main"
`
const backend =
  '[build-system]\nrequires = ["poetry-core"]\nbuild-backend = "poetry.core.masonry.api"\n'

test('poetry.lock is exported by Poetry, which is gone before the environment is kept', () => {
  const manifest = read({ 'pyproject.toml': poetry() + backend, 'poetry.lock': '' })
  expect(manifest).toMatchObject({
    kind: 'poetry-lock',
    copy: ['pyproject.toml', 'poetry.lock'],
    packages: ['.'],
    name: 'notes',
    requiresPython: '>=3.11,<4',
    scripts: { notes: 'notes.server:main' },
  })
  expect([...manifest.names]).toEqual(['fastmcp'])
  const { run } = pythonInstall(manifest, {}).install
  expect(run.some((command) => command.includes('export'))).toBe(true)
  expect(run.at(-1)).toEqual(['rm', '-rf', '.moorage/poetry', '.moorage/requirements.txt'])
})

test('Poetry without a lock file is read by its build backend, or refused where it is no package', () => {
  expect(read({ 'pyproject.toml': poetry() + backend })).toMatchObject({
    kind: 'pyproject',
    copy: ['.'],
  })
  for (const text of [poetry(), poetry('package-mode = false') + backend])
    expect(() => read({ 'pyproject.toml': text })).toThrow(/poetry\.lock/)
})

test('Poetry that cannot be read leaves it to requirements.txt, and is no matter without MCP', () => {
  expect(read({ 'pyproject.toml': poetry(), 'requirements.txt': 'mcp' }).kind).toBe('requirements')
  expect(read({ 'pyproject.toml': poetry().replace('fastmcp', 'flask') }).kind).toBe('none')
})

test.each([
  ['"^3.11"', '>=3.11,<4'],
  ['"~3.11"', '==3.11.*'],
  ['"~3.11.2"', '~=3.11.2'],
  ['">=3.10,<3.13 || ^4"', '>=3.10,<3.13'],
  ['"*"', null],
])('Poetry’s python = %s is %j', (range, expected) => {
  const text = poetry().replace('"^3.11"', range)
  expect(read({ 'pyproject.toml': text, 'poetry.lock': '' }).requiresPython).toBe(expected)
})

test('a Pipfile is answered by what to run, where it speaks of MCP', () => {
  expect(() => read({ Pipfile: '[packages]\nmcp = "*"' })).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('pipenv requirements') }),
  )
  expect(read({ Pipfile: '[packages]\nflask = "*"' }).kind).toBe('none')
})

test('a lone script lists its dependencies at its top', () => {
  const script =
    '# /// script\n# requires-python = ">=3.12"\n# dependencies = ["mcp<2", "httpx"]\n# ///\n'
  const manifest = read({ 'server.py': script })
  expect(manifest).toMatchObject({
    kind: 'script',
    file: 'server.py',
    requiresPython: '>=3.12',
    copy: [],
  })
  expect(pythonInstall(manifest, {}).install.run.at(-1)?.slice(-3)).toEqual([
    '--',
    'mcp<2',
    'httpx',
  ])
})

test.each(['["-r /etc/passwd"]', '"mcp"', '[1', '["a\\nb"]'])(
  'a script block with dependencies of %s is refused',
  (list) => {
    const script = `# /// script\n# dependencies = ${list}\n# ///\n`
    expect(() => read({ 'server.py': script })).toThrow(/script block/)
  },
)

test.each([
  ['requirements.txt', { 'requirements.txt': 'mcp @ git+https://git.example/x' }],
  [
    'uv.lock',
    {
      'pyproject.toml': '[project]\ndependencies = ["mcp"]',
      'uv.lock': 'name = "mcp"\nsource = { git = "https://x" }',
    },
  ],
])('git is there for the build where %s wants it', (_name, files) => {
  expect(pythonInstall(read(files), {}).buildPackages).toEqual(['git'])
})

test('nothing of a hostile pyproject.toml is taken for what it is not', () => {
  for (const text of [
    '[project]\nscripts = 1',
    '[tool.poetry]\ndependencies = []',
    '[project]\nname = ["x"]',
  ])
    expect(() => read({ 'pyproject.toml': text })).toThrow(/pyproject\.toml/)
})

function read(files: Record<string, string>) {
  return readPythonManifest(sourceTreeFrom(files))
}
