export type DotEnv = {
  vars: Record<string, string>
  /** Lines that are no variable, by their number from 1. */
  faults: { line: number; text: string }[]
}

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/

/**
 * The text of a .env file as dotenv reads it: comments, `export`, single and double quotes (also
 * over several lines), `\n` inside double quotes; of the same name the last counts.
 */
export function parseDotEnv(text: string): DotEnv {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const found: DotEnv = { vars: {}, faults: [] }
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? ''
    if (/^\s*(#|$)/.test(line)) continue
    const [, key, rest] = assignment.exec(line) ?? []
    if (key === undefined || rest === undefined) {
      found.faults.push({ line: index + 1, text: line.trim().slice(0, 60) })
      continue
    }
    const quoted = readQuoted(rest, lines.slice(index + 1))
    found.vars[key] = quoted ? quoted.value : unquoted(rest)
    index += quoted?.linesMore ?? 0
  }
  return found
}

/** The value between quotes, which may end lines further down; null where there is no closing one. */
function readQuoted(rest: string, following: string[]) {
  const quote = rest[0]
  if (quote !== '"' && quote !== "'" && quote !== '`') return null
  let text = rest.slice(1)
  for (let linesMore = 0; ; linesMore += 1) {
    const end = closingQuote(text, quote)
    if (end >= 0) {
      const inside = text.slice(0, end)
      return { value: quote === '"' ? plain(inside) : inside, linesMore }
    }
    const next = following[linesMore]
    if (next === undefined) return null
    text += `\n${next}`
  }
}

function closingQuote(text: string, quote: string): number {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1))
    if (quote !== '"' || text[at - 1] !== '\\') return at
  return -1
}

function plain(text: string): string {
  return text.replace(/\\([nrt"\\])/g, (_, char: string) => {
    const special: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
    return special[char] ?? char
  })
}

function unquoted(rest: string): string {
  return rest.replace(/(^|\s)#.*$/, '').trim()
}
