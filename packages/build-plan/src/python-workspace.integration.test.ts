import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { sourceTreeFrom } from './source-tree.ts'

const run = promisify(execFile)
const project = (name: string, more: string) =>
  `[project]\nname = "${name}"\nrequires-python = ">=3.10"\n${more}\n`
const built =
  '[build-system]\nrequires = ["hatchling", "uv-dynamic-versioning"]\nbuild-backend = "hatchling.build"\n'
const versioned = 'dynamic = ["version"]'
const fromGit = `${built}[tool.hatch.version]\nsource = "uv-dynamic-versioning"\n`
const lock = (name: string, path: string, needs: string[]) =>
  `[[package]]\nname = "${name}"\nversion = "1"\nsource = { editable = "${path}" }\ndependencies = [${needs.map((need) => `{ name = "${need}" }`)}]\n`

// Nothing of a registry is in the lock file, so that it names none. Above the member is another project.
const files: Record<string, string> = {
  'pyproject.toml': `${project('whole', versioned)}${fromGit}[tool.uv.workspace]\nmembers = ["servers", "servers/*", "parts"]\n[tool.hatch.build.targets.wheel]\npackages = ["whole"]\n`,
  'uv.lock': `version = 1\nrevision = 3\nrequires-python = ">=3.10"\n[manifest]\nmembers = ["adder", "parts", "servers", "whole"]\n${lock('adder', 'servers/adder', ['whole'])}${lock('whole', '.', ['parts'])}${lock('parts', 'parts', [])}${lock('servers', 'servers', [])}`,
  'whole/__init__.py': 'from parts import number\n',
  'parts/pyproject.toml': `${project('parts', 'version = "1"')}${built}`,
  'parts/parts/__init__.py': 'number = 5\n',
  'servers/pyproject.toml': project('servers', 'version = "1"'),
  'servers/adder/pyproject.toml': `${project('adder', 'version = "1"\ndependencies = ["whole", "mcp"]\n[project.scripts]\nadder = "adder:main"')}${built}`,
  'servers/adder/adder/__init__.py': 'import whole\ndef main(): print(whole.number)\n',
}

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'workspace-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
})
afterAll(() => rm(dir, { recursive: true, force: true }))

test('a member finds the members that it needs, the root too, though their versions come from git', async () => {
  // The plan is that of a server; what is run needs nothing of a registry.
  const asServer = { ...files, 'servers/adder/adder/server.py': 'import mcp.server.lowlevel\n' }
  const plan = planBuild(sourceTreeFrom(asServer), { rootDir: 'servers/adder' })
  for (const [program = '', ...args] of [...plan.install.run, ...plan.build.run])
    await run(program, args, { cwd: dir })
  const [program = '', ...args] = plan.start.command
  const env = { ...process.env, ...plan.start.env }
  expect((await run(program, args, { cwd: dir, env })).stdout).toBe('5\n')
})
