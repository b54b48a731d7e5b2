import { AppError } from '@moorage/domain/error'
import { choosePython } from '../language-version.ts'
import type { BuildPlan, Reason } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { findPythonEntry, type PythonEntry } from '../python-entry.ts'
import { pythonInstall } from '../python-install.ts'
import { launchPython } from '../python-launcher.ts'
import { type PythonManifest, readPythonManifest } from '../python-manifest.ts'
import type { SourceTree } from '../source-tree.ts'

/** FastMCP 2 to 4, and the official Python SDK's FastMCP (v1) and MCPServer (v2). */
export const pythonFastmcp: Provider = {
  name: 'Python',
  detect(tree, context) {
    const manifest = readPythonManifest(tree)
    if (manifest.kind === 'none') return null
    const library = ['fastmcp', 'fastmcp-slim', 'mcp'].find((name) => manifest.names.has(name))
    if (library === undefined && context.settings.start === undefined) return null
    return planPython(tree, context, manifest)
  },
}

function planPython(tree: SourceTree, context: Context, manifest: PythonManifest): BuildPlan {
  const { settings } = context
  const python = choosePython(tree, settings, {
    range: manifest.requiresPython,
    source: 'requires-python in pyproject.toml',
  })
  const entry = settings.start === undefined ? entryOf(tree, manifest) : null
  const path = settings.path ?? '/mcp'
  const { pythonPath, ...stages } = pythonInstall(manifest, { build: settings.build })
  const command = settings.start ?? (entry === null ? [] : launchPython(entry, path))
  return {
    version: 1,
    kind: 'python',
    flavor:
      entry === null ? 'Python' : entry.library === 'fastmcp' ? 'Python FastMCP' : 'Python SDK',
    rootDir: context.rootDir,
    dockerfile: null,
    base: { language: 'python', version: python.version },
    packages: [],
    ...stages,
    start: { command, env: pythonEnv(pythonPath) },
    port: 8000,
    path,
    transport: 'streamable-http',
    reasons: [
      python.reason,
      installReason(manifest),
      ...(entry === null ? [] : [entryReason(entry)]),
    ],
  }
}

/** What every Python server wants: log lines at once, and no attempt to write beside the source. */
export function pythonEnv(pythonPath: string): Record<string, string> {
  return { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1', PYTHONPATH: pythonPath }
}

export function installReason(manifest: PythonManifest): Reason {
  const value = manifest.file ?? 'fastmcp.json'
  const because = {
    'uv-lock': 'it pins every dependency',
    pyproject: 'it is there and uv.lock is not',
    requirements: 'it lists the dependencies',
    none: 'environment.dependencies lists them',
  }[manifest.kind]
  return { choice: 'Dependencies', value, because }
}

function entryReason(entry: PythonEntry): Reason {
  const [other] = entry.others
  const because =
    other === undefined
      ? 'it is the one file that makes a server object'
      : `of the files that make a server object it comes first (another is ${other})`
  return { choice: 'Entry point', value: `${entry.path}:${entry.object}`, because }
}

function entryOf(tree: SourceTree, manifest: PythonManifest): PythonEntry {
  const entry = findPythonEntry(tree, manifest.scripts)
  if (entry !== null) return entry
  throw new AppError(
    'plan_failed',
    'The project depends on an MCP library for Python, but no file makes a server object: looked for `mcp = FastMCP(…)` or `MCPServer(…)` at the top level of the .py files.',
    {
      hint: 'Make the object at module level, or name a start command in moorage.json: { "start": [".venv/bin/python", "server.py"] }. Servers on the low-level Server class speak stdio only, which comes later.',
    },
  )
}
