/** A fault that logs tell plainly, and what its owner can do about it. */
type KnownFault = {
  pattern: RegExp
  hint: (match: RegExpMatchArray) => string
  /** Only where this step failed; any of them without it. */
  step?: string
  /** Only where the failed step's own message fits too. */
  said?: RegExp
  /** Matched against the lines as one text. */
  across?: boolean
}

/** The first that fits is shown, so what is certain stands before what is likely. */
export const knownFaults: readonly KnownFault[] = [
  {
    pattern:
      /No module named ['"]mcp\.server\.fastmcp|cannot import name ['"](?:FastMCP|McpError)['"] from ['"]mcp|'Server' object has no attribute '(?:list|call|get|read|set|subscribe|unsubscribe)_/,
    hint: () =>
      'The code is written for version 1 of the Python SDK and version 2 was installed: pin mcp<2 in the dependencies.',
  },
  {
    pattern: /(?:ModuleNotFoundError|ImportError): No module named ['"]([\w.-]{1,100})['"]/,
    hint: ([, name]) =>
      `Python finds no module ${name}: add the package that has it to requirements.txt or pyproject.toml, or commit the file if it is your own.`,
  },
  {
    pattern: /can't open file ['"]([^'"]{1,200})['"]|python3?: No module named ([\w.]{1,100})/,
    hint: (match) =>
      `The start command names ${match[1] ?? match[2]}, which is not there: set "start" in moorage.json to the file that runs the server, relative to the root directory.`,
  },
  {
    pattern:
      /module ['"]([\w.]{1,100})['"] has no attribute ['"](\w{1,100})['"]|cannot import name ['"](\w{1,100})['"] from ['"](?:partially initialized module )?['"]?__main__/,
    step: 'handshake',
    hint: (match) =>
      `The entry point is not as it was found: nothing named ${match[2] ?? match[3]} is there when the file has run. Make the server object at module level, or set "start" in moorage.json.`,
  },
  {
    pattern: /The package brings no command ([\w.-]{1,100}); there are: (.{1,300})/,
    hint: ([, name, others]) =>
      `The package has no command ${name}: write uvx --from PACKAGE COMMAND with one of ${others}.`,
  },
  {
    pattern:
      /the following arguments are required: (.{1,200})|Missing (?:option|argument|parameter) ['"]?([^'".]{1,100})/,
    hint: (match) =>
      `The server wants arguments (${(match[1] ?? match[2] ?? '').trim()}): add them to "start" in moorage.json or in the settings.`,
  },
  {
    pattern: /^(?:bridge: .{0,80})?\s*Usage: \S{1,100} .{0,40}\bCOMMAND\b/,
    hint: () =>
      'The program prints its usage and ends, for it wants a command: add that to "start" in moorage.json or in the settings.',
  },
  {
    pattern: /Cannot find (?:module|package) ['"]([^'"]{1,200})['"]/,
    hint: ([, name]) =>
      `Node finds no ${name}: add the package to dependencies (devDependencies are gone at run time), or check the path and that the build writes the file.`,
  },
  {
    pattern: /ERESOLVE/,
    hint: () =>
      'npm finds no versions that fit together: update the packages that it names, or commit a .npmrc with legacy-peer-deps=true.',
  },
  {
    pattern:
      /npm ci.{0,80}(?:can only install|package-lock\.json|in sync)|ERR_PNPM_(?:OUTDATED|NO)_LOCKFILE|lockfile (?:at \S{1,100} )?needs to be updated|lockfile would have been modified|Unable to find lockfile|Failed to parse:? `?uv\.lock|changed significantly since poetry\.lock/,
    hint: () =>
      'The lock file is missing or does not match the manifest: run the install on your own machine and commit the lock file.',
  },
  {
    pattern:
      /not compatible with your (?:node|Python)|Unsupported engine|EBADENGINE|requires a different Python|Requires-Python|does not satisfy Python|following Python ABI tags|requested (?:Python version|interpreter resolved to Python)|Python>?=?[\d.]{0,6},? (?:we can conclude|but)/i,
    hint: () =>
      'A dependency wants another language version: set it in .python-version, requires-python, .nvmrc or engines.node. Where the platform has another one, the build says so at its start.',
  },
  {
    pattern:
      /No matching distribution found for (\S{1,100})|there is no version of ([\w.=<>~!-]{1,100})|code ETARGET|No matching version found for (\S{1,100})/,
    hint: (match) =>
      `There is no such release${named(match)}: check the name and the version in the manifest.`,
  },
  {
    pattern: /was not found in the package registry|npm error 404|404 Not Found - GET/,
    hint: () =>
      'A package is not in the registry: check its name. A private package needs the operator to set a registry that has it.',
  },
  {
    pattern:
      /Unable to determine which files to ship inside the wheel|Multiple top-level packages discovered|No file\/folder found for package/,
    hint: () =>
      'The project says that it is a package, and its build backend finds none: name the package there, or, where there is none, take [build-system] out of pyproject.toml (Poetry: package-mode = false).',
  },
  {
    pattern: /(?:can't|cannot) find Rust compiler|cargo.{0,40}(?:not found|not installed)/i,
    hint: () =>
      'A dependency has to be compiled with Rust: set "buildPackages": ["cargo", "build-essential"] in moorage.json, or pin a release that has a wheel.',
  },
  {
    pattern:
      /gyp ERR!|node-gyp|command ['"]?(?:gcc|cc|g\+\+|x86_64-linux-gnu-gcc)['"]? failed|unable to execute ['"]?(?:[\w-]{0,40}gcc|cc)|(?:gcc|g\+\+|cc|make|cmake): (?:command )?not found|linker `cc` not found|pg_config executable not found|fatal error: [\w./-]{1,100}\.h: No such file/,
    hint: () =>
      'A dependency has to be compiled and the tools are not there: set "buildPackages": ["build-essential"] (and python3 or -dev packages as needed) in moorage.json; they stay out of the image.',
  },
  {
    pattern: /(lib[\w.+-]{1,60}\.so[.\d]{0,10}): cannot open shared object file/,
    hint: ([, name]) =>
      `The library ${name} is not there when the server runs: add the Debian package that has it to "packages" in moorage.json.`,
  },
  {
    pattern:
      /exec format error|wheels? (?:is|are) (?:not a supported|available for)[^\n]{0,150}platform|not a supported wheel on this platform|no matching manifest for/i,
    hint: () =>
      'A program or a package is for another processor or system: take a release that has one for this machine, or build it in the Dockerfile instead of committing it.',
  },
  {
    pattern:
      /exit code:? 137|JavaScript heap out of memory|MemoryError|Out of memory|OOMKilled|signal: killed|^Killed$/,
    hint: () =>
      'It ran out of memory: have it need less, or have the operator raise the memory limit.',
  },
  {
    pattern: /EADDRINUSE|[Aa]ddress already in use/,
    hint: () =>
      'The port is taken inside the container: start one server only, and let it listen on the port that PORT names.',
  },
  {
    pattern: /EROFS|Read-only file system/i,
    hint: () =>
      'The server writes beside its source, which is read-only when it runs: write to /tmp, or to a service outside.',
  },
  {
    pattern: /EACCES|Permission denied/i,
    hint: () =>
      'A file or a port is not allowed to the user that servers run as (not root): write to /tmp, use a port over 1024, and make scripts executable.',
  },
  {
    pattern: /KeyError: ['"]([A-Z][A-Z0-9_]{1,80})['"]/,
    hint: ([, name]) =>
      `The environment variable ${name} is not set: add it to the server's environment.`,
  },
  {
    // pydantic-settings: the field's name on one line, what is wrong with it on the next.
    pattern: /validation errors? for [^\n]{1,200}\n(\w{1,80})\n\s{1,8}Field required/,
    across: true,
    hint: ([, name]) =>
      `A setting has no value: set ${name?.toUpperCase()} in the server's environment, with the prefix of its settings class if there is one.`,
  },
  {
    pattern:
      /\b(?!(?:ERROR|WARN|WARNING|INFO|DEBUG|FATAL|CRITICAL|HTTP|JSON|URL|MCP)\b)([A-Z][A-Z0-9_]{2,80})\b[^.\n]{0,60}\b(?:is required|must be set|is not set|not set|is missing|not defined|required but|environment variable not found)|[Mm]issing (?:required )?(?:environment|env) variables?:? ['"`]?([A-Z][A-Z0-9_]{1,80})|\b([A-Z][A-Z0-9_]{1,80}) not found\. Declare it as envvar|(?:[Nn]o|[Mm]issing|[Ss]pecify|[Pp]rovide|[Rr]equires?|[Ss]et)\b[^\n]{0,120}['"` ]([A-Z][A-Z0-9]*_[A-Z0-9_]{1,80})['"`]? environment variable|[Pp]lease set (?:the )?['"`]?([A-Z][A-Z0-9]*_[A-Z0-9_]{1,80})/,
    hint: (match) =>
      `The environment variable ${match.slice(1).find(Boolean)} is not set: add it to the server's environment.`,
  },
  {
    pattern:
      /\b421\b|Misdirected Request|[Ii]nvalid [Hh]ost [Hh]eader|Host not allowed|Invalid Origin header/,
    hint: () =>
      'The server refuses foreign Host headers, as it does on a developer’s machine: bind 0.0.0.0, or add the host to its allowed hosts.',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|Temporary failure in name resolution|Could not resolve host|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate|UNABLE_TO_GET_ISSUER_CERT|invalid peer certificate|Failed to fetch|dial tcp/,
    step: 'build',
    hint: () =>
      'A registry or host could not be reached during the build: try again; behind a proxy or a private CA the operator has to set them for builds.',
  },
  {
    pattern: /npm error Missing script|Missing script: /,
    hint: () => 'package.json has no script of that name: add it, or set "start" in moorage.json.',
  },
  {
    pattern: /(?:^|\s)(?:[A-Za-z]:)?(?:sh: \d+: )?([\w./-]{1,100}): (?:command )?not found/,
    hint: ([, name]) =>
      `There is no command ${name}: add the package that brings it to dependencies, or to "packages" in moorage.json.`,
  },
  {
    pattern: /StdioServerTransport|transport ['"]stdio['"]|running on stdio|over stdio/i,
    said: /^Nothing answered/,
    hint: () =>
      'The server speaks stdio and opens no port: set "transport": "stdio" in moorage.json, and the platform serves it over HTTP.',
  },
  {
    pattern:
      /(?:listen|running|start|serv|ready)\w{0,10}\b.{0,60}?(?:127\.0\.0\.1|localhost|\[::1\])/i,
    said: /^Nothing answered/,
    hint: () =>
      'The server listens on localhost only: inside a container it has to bind 0.0.0.0, as the environment variable HOST says.',
  },
  {
    pattern: /(?:listen|running|start|serv|ready)\w{0,10}\b.{0,60}?(?:port |:)(\d{2,5})\b/i,
    said: /^Nothing answered/,
    hint: ([, port]) =>
      `The log speaks of port ${port}: listen on the port that the environment variable PORT names, or set "port": ${port} in moorage.json.`,
  },
]

function named(match: RegExpMatchArray): string {
  const name = match[1] ?? match[2] ?? match[3]
  return name === undefined ? '' : ` as ${name.replace(/[.,]$/, '')}`
}
