import { expect, test } from 'vitest'
import { hintFor } from './hints.ts'

test.each([
  ['handshake', "ModuleNotFoundError: No module named 'httpx'", /httpx.*requirements/],
  ['handshake', "ModuleNotFoundError: No module named 'mcp.server.fastmcp'", /pin mcp<2/],
  [
    'handshake',
    "ImportError: cannot import name 'FastMCP' from 'mcp.server' (/app/.venv/lib/python3.12/site-packages/mcp/server/__init__.py)",
    /pin mcp<2/,
  ],
  ['start', "Error: Cannot find module '/app/dist/index.js'", /dist\/index\.js/],
  [
    'start',
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /app/dist/index.js",
    /zod.*dependencies/,
  ],
  ['build', 'npm error code ERESOLVE', /legacy-peer-deps/],
  [
    'build',
    'npm error The `npm ci` command can only install with an existing package-lock.json or',
    /commit the lock file/,
  ],
  [
    'build',
    'npm error `npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync.',
    /commit the lock file/,
  ],
  [
    'build',
    ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml is not up to date',
    /commit the lock file/,
  ],
  [
    'build',
    '  cause: Because there is no version of humanize==0.0.0.1 and you require humanize==0.0.0.1, we can conclude that your requirements are unsatisfiable.',
    /humanize==0\.0\.0\.1/,
  ],
  ['build', 'ERROR: No matching distribution found for fastmcp==99', /fastmcp==99/],
  ['build', 'npm error notarget No matching version found for zod@99.0.0.', /zod@99\.0\.0:/],
  [
    'build',
    "ERROR: Package 'x' requires a different Python: 3.11.2 not in '>=3.12'",
    /language version/,
  ],
  [
    'build',
    "error: The requested interpreter resolved to Python 3.11.2, which is incompatible with the project's Python requirement: `>=3.13`",
    /language version/,
  ],
  [
    'build',
    '  cause: Because the current Python version (3.11.7) does not satisfy Python>=3.13 and notes==1 depends on Python>=3.13, we can conclude',
    /language version/,
  ],
  ['build', 'npm error gyp ERR! stack Error: not found: make', /build-essential/],
  ['build', "error: command 'gcc' failed: No such file or directory", /build-essential/],
  [
    'build',
    "      unable to execute 'x86_64-linux-gnu-gcc': No such file or directory",
    /build-essential/,
  ],
  ['start', 'exec /server: exec format error', /processor/],
  ['build', 'executor failed running [npm ci]: exit code: 137', /memory/],
  [
    'start',
    'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
    /memory/,
  ],
  ['start', 'Error: listen EADDRINUSE: address already in use :::3000', /PORT/],
  [
    'start',
    "ERROR: [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use",
    /PORT/,
  ],
  ['start', "OSError: [Errno 30] Read-only file system: '/app/cache.db'", /\/tmp/],
  ['start', "Error: EROFS: read-only file system, open '/app/log.txt'", /\/tmp/],
  ['start', "PermissionError: [Errno 13] Permission denied: '/app/data'", /not root/],
  ['start', 'Error: listen EACCES: permission denied 0.0.0.0:80', /1024/],
  ['handshake', "KeyError: 'GITHUB_TOKEN'", /GITHUB_TOKEN is not set/],
  ['handshake', 'Error: OPENAI_API_KEY is required', /OPENAI_API_KEY is not set/],
  [
    'handshake',
    'ValueError: SLACK_TOKEN environment variable must be set',
    /SLACK_TOKEN is not set/,
  ],
  ['handshake', 'Missing required environment variable: NOTION_KEY', /NOTION_KEY is not set/],
  ['handshake', 'INFO: 172.18.0.1:5 - "POST /mcp HTTP/1.1" 421 Misdirected Request', /Host/],
  ['handshake', 'WARNING Invalid Host header: 10.0.0.1:8000', /Host/],
  [
    'build',
    'npm error request to https://registry.example/x failed, reason: getaddrinfo ENOTFOUND registry.example',
    /could not be reached/,
  ],
  [
    'build',
    "WARNING: Retrying after connection broken by 'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]",
    /private CA/,
  ],
  ['build', 'npm error Missing script: "build"', /no script/],
  ['build', 'sh: 1: tsc: not found', /no command tsc/],
  ['handshake', "AttributeError: 'Server' object has no attribute 'list_tools'", /pin mcp<2/],
  [
    'handshake',
    "/app/.venv/bin/python: can't open file '/app/serve.py': [Errno 2] No such file or directory",
    /serve\.py.*"start"/,
  ],
  ['handshake', '/app/.venv/bin/python: No module named notes', /notes.*"start"/],
  [
    'handshake',
    "AttributeError: module 'server_module' has no attribute 'mcp'",
    /nothing named mcp.*module level/,
  ],
  [
    'build',
    'The package brings no command mcp-x; there are: mcp-y, mcp-z',
    /uvx --from PACKAGE COMMAND with one of mcp-y, mcp-z/,
  ],
  [
    'handshake',
    'notes.py: error: the following arguments are required: --db, --user',
    /--db, --user.*"start"/,
  ],
  ['handshake', 'Usage: basic-memory [OPTIONS] COMMAND [ARGS]...', /wants a command.*"start"/],
  ['handshake', "Error: Missing option '--api-key'.", /--api-key.*"start"/],
  [
    'build',
    'error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.',
    /commit the lock file/,
  ],
  [
    'build',
    'pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.',
    /commit the lock file/,
  ],
  [
    'build',
    '         ValueError: Unable to determine which files to ship inside the wheel using the following heuristics:',
    /\[build-system\]/,
  ],
  [
    'build',
    'hint: You require CPython 3.11 (`cp311`), but we only found wheels for `x` (v2) with the following Python ABI tags: `cp38`',
    /language version/,
  ],
  [
    'build',
    'hint: Wheels are available for `x` (v2.16.2) on the following platform: `macosx_12_0_arm64`',
    /another processor or system/,
  ],
  ['build', "error: can't find Rust compiler", /"buildPackages": \["cargo"/],
  [
    'build',
    'psycopg.c:1:10: fatal error: libpq-fe.h: No such file or directory',
    /"buildPackages"/,
  ],
  [
    'handshake',
    'ImportError: libpq.so.5: cannot open shared object file: No such file or directory',
    /libpq\.so\.5.*"packages"/,
  ],
  [
    'handshake',
    'UndefinedValueError: API_KEY not found. Declare it as envvar',
    /API_KEY is not set/,
  ],
  [
    'handshake',
    "ValueError: No database URL provided. Please specify via 'DATABASE_URI' environment variable or argument.",
    /DATABASE_URI is not set/,
  ],
  ['handshake', 'OpenAPI: the environment variable TOKEN is not set', /TOKEN is not set/],
])('in %s, %j', (step, line, hint) => {
  expect(hintFor(['something before', line, 'something after'], step)).toMatch(hint)
})

test('reads a setting’s name on the line before what is wrong with it', () => {
  const lines = [
    'pydantic_core._pydantic_core.ValidationError: 2 validation errors for Settings',
    'api_key',
    '  Field required [type=missing, input_value={}, input_type=dict]',
  ]
  expect(hintFor(lines, 'handshake')).toMatch(/set API_KEY/)
})

test('takes no level of a log for a variable', () => {
  expect(hintFor(['ERROR the body is required'], 'handshake')).toBeNull()
})

test('a server on stdio that says so has no fault, unless nothing answers', () => {
  const lines = ['Weather MCP Server running on stdio']
  expect(hintFor(lines, 'handshake', 'The server answers 404.')).toBeNull()
  const hint = hintFor(lines, 'handshake', 'Nothing answered on the server’s port.')
  expect(hint).toMatch(/"transport": "stdio"/)
})

test('speaks of localhost or another port only where nothing answered', () => {
  const local = ['Server listening on http://127.0.0.1:3000/mcp']
  const other = ['listening on port 3000']
  const said = 'Nothing answered on the server’s port.'
  expect(hintFor(local, 'handshake', said)).toMatch(/0\.0\.0\.0/)
  expect(hintFor(other, 'handshake', said)).toMatch(/"port": 3000/)
  expect(hintFor(other, 'handshake', 'The server listens, but answers 404 at /mcp.')).toBeNull()
})

test('has nothing to say to an unknown fault, nor to a step that explains itself', () => {
  expect(hintFor(['all is well', 'Done in 3 s'], 'build')).toBeNull()
  expect(hintFor(["KeyError: 'GITHUB_TOKEN'"], 'fetch')).toBeNull()
})

test('is not misled by a warning that stands before the fault', () => {
  const lines = ['npm warn ERESOLVE overriding peer dependency', 'sh: 1: tsc: not found']
  expect(hintFor(lines, 'build')).toMatch(/no command tsc/)
})

test('a warning says less than any other line, and nothing where the server answered', () => {
  const warned = 'WARNING: GITHUB_TOKEN is not set, some tools are left out'
  expect(hintFor([warned, "KeyError: 'HOME_DIR'"], 'handshake')).toMatch(/HOME_DIR/)
  expect(hintFor([warned], 'handshake', 'Nothing answered.')).toMatch(/GITHUB_TOKEN/)
  const said = 'The server asks for authentication of its own (HTTP 401).'
  expect(hintFor([warned], 'handshake', said)).toBeNull()
  const failed = ["KeyError: 'GITHUB_TOKEN'"]
  expect(hintFor(failed, 'handshake', said)).toMatch(/GITHUB_TOKEN/)
})

test('takes no longer for a hostile log', () => {
  const start = performance.now()
  hintFor(
    [`A${'A_'.repeat(500_000)}`, 'x'.repeat(1_000_000), ...Array(5000).fill('A'.repeat(3000))],
    'build',
  )
  expect(performance.now() - start).toBeLessThan(1500)
})
