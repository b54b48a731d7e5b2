import { hostPlaceholder, portPlaceholder } from './fill-command.ts'
import type { Command } from './plan.ts'
import type { PythonEntry } from './python-entry.ts'

/**
 * Imports the object and serves it over streamable HTTP, whichever of the three classes it is:
 * fastmcp's FastMCP, the SDK's FastMCP (v1: settings on the object) or MCPServer (v2: arguments of
 * run). `fastmcp run` does the same for the first, but takes twice as long to be there and knows
 * other flags in each release. The SDKs guard against a foreign Host when they think they are on loopback; behind a
 * router that sets Host itself the guard only refuses every request.
 */
const launcher = `
import importlib, importlib.util, inspect, os, sys
target, host, port, path, hushed = sys.argv[1], sys.argv[2], int(sys.argv[3]), *sys.argv[4:6]
del sys.argv[1:]
runners = []
for name in filter(None, hushed.split(",")):
    home, _, attribute = name.rpartition(".")
    try:
        runners.append((getattr(importlib.import_module(home), attribute), {}))
    except ImportError:
        continue
async def stay_async(*args, **options): pass
def stay(*args, **options): pass
for kind, methods in runners:
    for name in [name for name in dir(kind) if name == "run" or name.startswith("run_")]:
        methods[name] = kind.__dict__.get(name)
        setattr(kind, name, stay_async if name.endswith("_async") else stay)
name, _, attribute = target.rpartition(":")
if name.endswith(".py"):
    sys.path.insert(0, os.path.dirname(os.path.abspath(name)))
    spec = importlib.util.spec_from_file_location("server_module", name)
    module = importlib.util.module_from_spec(spec)
    sys.modules["server_module"] = module
    spec.loader.exec_module(module)
else:
    module = importlib.import_module(name)
for kind, methods in runners:
    for name, method in methods.items():
        delattr(kind, name) if method is None else setattr(kind, name, method)
server = getattr(module, attribute)
if inspect.isroutine(server):
    server = server()
if inspect.iscoroutine(server):
    import asyncio
    server = asyncio.run(server)
settings = getattr(server, "settings", None)
options = {"host": host, "port": port}
if type(server).__module__.split(".")[0] == "fastmcp":
    options["path"] = path
    if "show_banner" in inspect.signature(server.run).parameters:
        options["show_banner"] = False
elif hasattr(settings, "streamable_http_path"):
    settings.host, settings.port, settings.streamable_http_path = host, port, path
    if hasattr(settings, "transport_security"):
        settings.transport_security = None
    options = {}
else:
    options["streamable_http_path"] = path
server.run(transport="streamable-http", **options)
`.trimStart()

/** Starts an entry: by module where it belongs to a package, else by file below `directory`. */
export function launchPython(entry: PythonEntry, path: string, directory = '.'): Command {
  const file = directory === '.' ? entry.path : `${directory}/${entry.path}`
  const target = entry.relativeImports ? moduleName(entry.path) : file
  // A bare `mcp.run()` at the end of a file would serve stdio for ever, in the middle of the import.
  const hushed = entry.runsOnImport ? classes[entry.library].join(',') : ''
  const at = `${target}:${entry.object}`
  return ['.venv/bin/python', '-c', launcher, at, hostPlaceholder, portPlaceholder, path, hushed]
}

const classes: Record<PythonEntry['library'], string[]> = {
  fastmcp: ['fastmcp.FastMCP'],
  mcp: ['mcp.server.fastmcp.FastMCP', 'mcp.server.mcpserver.MCPServer'],
}

function moduleName(path: string): string {
  return path
    .replace(/^src\//, '')
    .replace(/(?:\/__init__)?\.py$/, '')
    .replaceAll('/', '.')
}
