import { AppError } from '@moorage/domain/error'
import { hostPlaceholder, portPlaceholder } from '../fill-command.ts'
import type { BuildPlan, Reason } from '../plan.ts'
import type { Context, Provider } from '../provider.ts'
import { findPythonEntry, type PythonEntry } from '../python-entry.ts'
import { pythonInstall } from '../python-install.ts'
import { launchPython } from '../python-launcher.ts'
import { findPythonLibrary, type PythonLibrary } from '../python-library.ts'
import type { PythonManifest } from '../python-manifest.ts'
import { installReason, pythonPlan } from '../python-plan.ts'
import { findPythonProgram, type PythonProgram } from '../python-program.ts'
import { requirementName } from '../python-requirements.ts'
import { inEnvironment } from '../python-start.ts'
import { findWorkspace, type Workspace } from '../python-workspace.ts'
import { readPythonManifest } from '../read-python-manifest.ts'
import type { SourceTree } from '../source-tree.ts'

/**
 * A Python project on FastMCP 2 to 4 or on the official SDK, v1 or v2. An object at module level is
 * served over HTTP by the launcher; whatever else there is, is run as its author runs it.
 */
export const pythonProject: Provider = {
  name: 'Python',
  detect(tree, context) {
    const manifest = readPythonManifest(tree)
    if (manifest.kind === 'none') return null
    const library = findPythonLibrary(tree, manifest)
    if (library === null && context.settings.start === undefined) return null
    const workspace = findWorkspace(context.repository, context.rootDir)
    if (workspace === null) return planProject(tree, context, manifest, library)
    // Its lock file has to be there for the install, so the plan starts where that is.
    const above = { ...context, rootDir: workspace.root }
    return planProject(tree, above, inWorkspace(manifest, workspace), library)
  },
}

function inWorkspace(manifest: PythonManifest, workspace: Workspace): PythonManifest {
  const { member } = workspace
  const packages = manifest.packages.length > 0 ? [member] : []
  const copy = ['pyproject.toml', 'uv.lock', `${member}/pyproject.toml`]
  const file = workspace.root === '.' ? 'uv.lock' : `${workspace.root}/uv.lock`
  const name = requirementName(manifest.name ?? '')
  const at = { file, copy, directory: member, packages }
  return { ...manifest, ...at, kind: 'uv-lock', name, isMember: name !== null }
}

function planProject(
  tree: SourceTree,
  context: Context,
  manifest: PythonManifest,
  library: PythonLibrary | null,
): BuildPlan {
  const { settings } = context
  const start = startOf(tree, context, manifest, library)
  const { flavor, command, transport, launched, port, reason } = start
  const plan = pythonPlan(tree, context, {
    flavor,
    stages: pythonInstall(manifest, { build: settings.build }),
    command,
    transport,
    path: transport === 'sse' ? '/sse' : '/mcp',
    env: transport === 'stdio' || launched ? {} : listenEnv,
    requires: { range: manifest.requiresPython, source: `requires-python in ${manifest.file}` },
    reasons: [installReason(manifest), ...(reason === null ? [] : [reason])],
  })
  return port === null ? plan : { ...plan, port }
}

/** Read by FastMCP and by the SDK's FastMCP (v1), where the source itself names no place to listen at. */
const listenEnv = { FASTMCP_HOST: hostPlaceholder, FASTMCP_PORT: portPlaceholder }

type Start = Pick<BuildPlan, 'flavor' | 'transport'> & {
  command: string[]
  /** By the launcher, which says where to listen. */
  launched: boolean
  port: number | null
  reason: Reason | null
}

function startOf(
  tree: SourceTree,
  { settings }: Context,
  manifest: PythonManifest,
  library: PythonLibrary | null,
): Start {
  const program = findPythonProgram(tree, manifest)
  if (settings.start !== undefined) return named(settings.start, manifest, program)
  const entry = findPythonEntry(tree, Object.values(manifest.scripts))
  const asItIsRun =
    settings.transport === 'stdio' ||
    library?.predatesHttp === true ||
    entry?.registersLate === true
  if (entry !== null && !(asItIsRun && program !== null)) {
    const command = launchPython(entry, settings.path ?? '/mcp', manifest.directory)
    const flavor = entry.library === 'fastmcp' ? 'Python FastMCP' : 'Python SDK'
    const reason = entryReason(entry)
    return { flavor, command, transport: 'streamable-http', launched: true, port: null, reason }
  }
  if (program === null) throw noStart()
  const flavor = library?.name === 'mcp' ? 'Python SDK' : 'Python FastMCP'
  const transport = settings.transport ?? program.transport
  return { flavor, ...program, transport, launched: false }
}

/** A start command that was given says with its arguments, or leaves it to the source, what it speaks. */
function named(start: string[], manifest: PythonManifest, program: PythonProgram | null): Start {
  const line = start.join(' ')
  const http = /\$\{PORT\}|--port|\b(?:http|streamable-http|sse|uvicorn|gunicorn|hypercorn)\b/
  const transport = http.test(line) ? 'streamable-http' : (program?.transport ?? 'streamable-http')
  const command = inEnvironment(start, manifest)
  const port = program?.port ?? null
  return { flavor: 'Python', command, transport, launched: false, port, reason: null }
}

function entryReason(entry: PythonEntry): Reason {
  const [other] = entry.others
  const because =
    other === undefined
      ? 'it is the one file that makes a server object'
      : `of the files that make a server object it comes first (another is ${other})`
  return { choice: 'Entry point', value: `${entry.path}:${entry.object}`, because }
}

function noStart(): AppError {
  return new AppError(
    'plan_failed',
    'The project depends on an MCP library for Python, but nothing says how its server is started: looked for `mcp = FastMCP(…)` or `MCPServer(…)` at the top level of the .py files, a console script in pyproject.toml, a __main__.py, and a file that runs itself.',
    {
      hint: 'Name a start command in moorage.json: { "start": ["python", "server.py"], "transport": "stdio" }.',
    },
  )
}
