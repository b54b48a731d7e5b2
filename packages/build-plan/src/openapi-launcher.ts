import { hostPlaceholder, portPlaceholder } from './fill-command.ts'
import type { Command } from './plan.ts'

/** The library that turns the operations into tools, pinned: the launcher is written for it. */
export const openapiLibrary = 'fastmcp==4.2.3'

/** Where the launcher finds what was settled, as JSON of the openapi settings. */
export const openapiVariable = 'MOORAGE_OPENAPI'

/**
 * Serves the operations of a document as tools. What FastMCP does beyond that is taken back: it
 * sends the caller's own headers on to the API. YAML is read as version 1.2 has it, in which OpenAPI
 * documents are written: `no` is a word and a date is a string. An operationId such as `issues/get`
 * becomes `issues_get`, where FastMCP would run its words together. Output schemas are left out:
 * clients refuse an answer that differs from what its document promised, and many an API's does.
 */
const launcher = `
import json, os, re, sys
import httpx2, yaml
from fastmcp import FastMCP
from fastmcp.server.providers.openapi import MCPType, components

file, host, port, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
config = json.loads(os.environ["${openapiVariable}"])
stop = lambda why: sys.exit("OpenAPI: " + why)

def load(text):
    try:
        return json.loads(text)
    except ValueError:
        class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)): pass
        plain = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
        kept = {at: [one for one in all if one[0] not in plain] for at, all in Loader.yaml_implicit_resolvers.items()}
        Loader.yaml_implicit_resolvers = kept
        Loader.add_implicit_resolver(plain[1], re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
        try:
            return json.loads(json.dumps(yaml.load(text, Loader=Loader)))
        except (yaml.YAMLError, ValueError, TypeError) as error:
            stop(f"{file} is neither JSON nor YAML: {error}")

def fill(value):
    def of(match):
        if match[1] not in os.environ:
            stop(f"the environment variable {match[1]} is not set")
        return os.environ[match[1]].strip()
    return re.sub(r"\\$\\{(\\w+)\\}", of, value)

def absolute(server):
    url = server.get("url", "")
    for name, variable in (server.get("variables") or {}).items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")))
    return url if re.match("https?://", url) else None

def fits(route, pattern):
    names = [route.operation_id or "", f"{route.method} {route.path}", *("tag:" + tag for tag in route.tags)]
    return any(re.fullmatch(re.escape(pattern).replace(r"\\*", ".*"), name) for name in names)

def choose(route, kind):
    within = any(fits(route, one) for one in config.get("include", ["*"]))
    without = any(fits(route, one) for one in config.get("exclude", []))
    return MCPType.TOOL if within and not without else MCPType.EXCLUDE

taken = set()
def rename(route, tool):
    changes = config.get("tools", {})
    change = changes.get(route.operation_id) or changes.get(f"{route.method} {route.path}") or {}
    tool.output_schema = None
    tool.name = change.get("name", tool.name)
    tool.description = change.get("description", tool.description)
    if tool.name in taken:
        stop(f"two operations would be the tool {tool.name}: give one another name in openapi.tools")
    taken.add(tool.name)

document = load(open(file, encoding="utf-8-sig").read())
if not isinstance(document, dict) or not str(document.get("openapi")).startswith("3."):
    stop(f"{file} is not an OpenAPI 3 document")
base = config.get("baseUrl") or next(filter(None, map(absolute, document.get("servers") or [])), None)
if base is None:
    stop("the document names no absolute server: set openapi.baseUrl")
headers = {name: fill(value) for name, value in config.get("headers", {}).items()}
query = {name: fill(value) for name, value in config.get("query", {}).items()}
components.get_http_headers = lambda *names, **options: {}
names = {}
for at, item in (document.get("paths") or {}).items():
    for method in {"get", "put", "post", "delete", "patch", "head", "options", "trace"} & item.keys():
        id = item[method].setdefault("operationId", f"{method}_{at}")
        if re.search(r"[^\\w. -]", id):
            names[id] = re.sub(r"\\W+|_+\\W*", "_", id).strip("_")
client = httpx2.AsyncClient(base_url=base, headers=headers, params=query, timeout=60)
title = document.get("info", {}).get("title", "OpenAPI")
document["servers"] = [{"url": base}]
try:
    server = FastMCP.from_openapi(document, client, title, route_map_fn=choose, mcp_component_fn=rename, mcp_names=names)
except ValueError as error:
    stop(str(error)[:1000])
if not taken:
    stop("no operation is chosen: see openapi.include and openapi.exclude")
print(f"OpenAPI: {len(taken)} tools, calls go to {base}", flush=True)
server.run(transport="http", host=host, port=port, path=path, show_banner=False, stateless_http=True)
`.trimStart()

/** Starts a server of the document, a file below the application's directory. */
export function launchOpenapi(file: string, path: string): Command {
  return ['.venv/bin/python', '-c', launcher, file, hostPlaceholder, portPlaceholder, path]
}
