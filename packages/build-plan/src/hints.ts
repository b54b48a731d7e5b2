const maxLines = 400
const maxLineLength = 2000

type Fault = {
  pattern: RegExp
  hint: (match: RegExpMatchArray) => string
  /** Only where this step failed; any of them without it. */
  step?: string
  /** Only where the failed step's own message fits too. */
  said?: RegExp
}

/** Steps whose log is a tool's or the server's own; the others explain themselves. */
const steps = new Set(['build', 'start', 'handshake', 'switch'])

/**
 * What to do about the well-known faults, by the last lines of a log. Null where none is known.
 * `step` is the deployment's step that failed, `said` what that step itself had to say.
 */
export function hintFor(lines: string[], step: string, said = ''): string | null {
  if (!steps.has(step)) return null
  const last = lines
    .slice(-maxLines)
    .map((line) => line.slice(0, maxLineLength))
    // npm warns of much that harms nothing, in the words of what does.
    .filter((line) => !/^npm warn/i.test(line))
  for (const fault of faults) {
    if (fault.step !== undefined && fault.step !== step) continue
    if (fault.said !== undefined && !fault.said.test(said)) continue
    for (const line of last) {
      const match = fault.pattern.exec(line)
      if (match !== null) return fault.hint(match)
    }
  }
  return null
}

/** The first that fits is shown, so what is certain stands before what is likely. */
const faults: readonly Fault[] = [
  {
    pattern:
      /No module named ['"]mcp\.server\.fastmcp|cannot import name ['"]FastMCP['"] from ['"]mcp/,
    hint: () =>
      'The code is written for version 1 of the Python SDK and version 2 was installed: pin mcp<2 in the dependencies.',
  },
  {
    pattern: /(?:ModuleNotFoundError|ImportError): No module named ['"]([\w.-]{1,100})['"]/,
    hint: ([, name]) =>
      `Python finds no module ${name}: add the package that has it to requirements.txt or pyproject.toml, or commit the file if it is your own.`,
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
      /npm ci.{0,80}(?:can only install|package-lock\.json|in sync)|ERR_PNPM_OUTDATED_LOCKFILE|lockfile needs to be updated|lockfile would have been modified/,
    hint: () =>
      'The lock file is missing or does not match the manifest: run the install on your own machine and commit the lock file.',
  },
  {
    pattern:
      /not compatible with your (?:node|Python)|Unsupported engine|EBADENGINE|requires a different Python|Requires-Python|does not satisfy Python|requested (?:Python version|interpreter resolved to Python)|Python>?=?[\d.]{0,6},? (?:we can conclude|but)/i,
    hint: () =>
      'A dependency wants another language version: set it in .python-version, requires-python, .nvmrc or engines.node.',
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
      /gyp ERR!|node-gyp|command ['"]?(?:gcc|cc|g\+\+|x86_64-linux-gnu-gcc)['"]? failed|unable to execute ['"]?(?:[\w-]{0,40}gcc|cc)|(?:gcc|g\+\+|cc|make|cmake): (?:command )?not found|pg_config executable not found|Python\.h: No such file/,
    hint: () =>
      'A dependency has to be compiled and the tools are not there: set "packages": ["build-essential"] (and python3 or -dev packages as needed) in moorage.json, or bring a Dockerfile.',
  },
  {
    pattern: /exec format error/i,
    hint: () =>
      'A program for another processor was started: build it in the Dockerfile instead of committing it, or pick a base image for this machine.',
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
    pattern:
      /\b([A-Z][A-Z0-9_]{2,80})\b[^.\n]{0,60}\b(?:is required|must be set|is not set|not set|is missing|not defined|required but)|[Mm]issing (?:required )?(?:environment|env) variables?:? ['"`]?([A-Z][A-Z0-9_]{1,80})/,
    hint: (match) =>
      `The environment variable ${match[1] ?? match[2]} is not set: add it to the server's environment.`,
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
    hint: () =>
      'The server speaks stdio and opens no port: serve streamable HTTP at /mcp on the port that PORT names.',
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
