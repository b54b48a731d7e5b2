/** PORT of the environment, however it is written; a constant of that name is not it. */
const readsPort =
  /\benv\s*\??\.\s*PORT\b|[([]\s*['"`]PORT['"`]|\{[^{}]{0,300}\bPORT\b[^{}]{0,300}\}\s*=\s*(?:process\.)?env\b|\bPORT['"]?\s*:\s*\w{1,40}[.(]/
const listens = /\.listen\(\s*(\d{2,5})\b/g
const named =
  /\b(?:[A-Z]{1,20}_|default)?port\b[ \t]*(?::[ \t]*number[ \t]*)?[:=][ \t]*(\d{2,5})\b/gi

const name = '((?:(?:MCP|HTTP|SSE|SERVER|SERVICE|APP|API|WEB|LISTEN)_){1,4}PORT)'
/** As an environment is read, or a schema of one is written. */
const variables = new RegExp(
  `\\benv\\s*\\??\\.\\s*${name}\\b|[([]\\s*['"\`]${name}['"\`]|\\b${name}['"]?\\s*:\\s*(?:z|v|t|Type|num|port|str)[.(]`,
  'g',
)

/** The one variable that names a port of its own, where a source reads it and never reads PORT. */
export function nodePortVariable(texts: readonly string[]): string | null {
  if (readsNodePort(texts)) return null
  const found = texts.flatMap((text) => [...text.matchAll(variables)])
  const names = new Set(found.flatMap((match) => match.slice(1).find(Boolean) ?? []))
  const [only] = names
  return names.size === 1 ? (only ?? null) : null
}

export function readsNodePort(texts: readonly string[]): boolean {
  return texts.some((text) => readsPort.test(text))
}

/**
 * Where a JavaScript or TypeScript server that reads no port listens by a plain number, given in
 * the call itself or under a name such as PORT. Null where there is none, or more than one.
 */
export function fixedNodePort(texts: readonly string[]): number | null {
  if (readsNodePort(texts) || nodePortVariable(texts) !== null) return null
  const inCalls = portsOf(texts, listens)
  const ports = inCalls.size > 0 ? inCalls : portsOf(texts, named)
  const [only] = ports
  return ports.size === 1 && only !== undefined && only < 65536 ? only : null
}

function portsOf(texts: readonly string[], pattern: RegExp): Set<number> {
  return new Set(
    texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => Number(match[1]))),
  )
}
