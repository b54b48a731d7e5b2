/**
 * A command line as an argument array: split at blanks, with '…' and "…" kept together and a
 * backslash taking the next character as it is. Nothing is expanded and no shell runs it.
 * Null where a quote stays open, or where the line asks for a shell (`&&`, `|`, `>`, `$(…)`).
 */
export function splitCommand(line: string): string[] | null {
  const words: string[] = []
  let word = ''
  let started = false
  let quote: string | null = null
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index)
    if (quote !== null) {
      if (character === quote) quote = null
      else word += character
    } else if (character === '"' || character === "'") {
      quote = character
      started = true
    } else if (character === '\\') {
      index += 1
      word += line.charAt(index)
      started = true
    } else if (/\s/.test(character)) {
      if (started) words.push(word)
      word = ''
      started = false
    } else if (isShell(line, index)) {
      return null
    } else {
      word += character
      started = true
    }
  }
  if (quote !== null) return null
  if (started) words.push(word)
  return words
}

function isShell(line: string, index: number): boolean {
  if ('&|;<>`*?~#()'.includes(line.charAt(index))) return true
  if (line.charAt(index) !== '$') return false
  // `${PORT}` and `${HOST}` are ours and filled in at start; any other variable needs a shell.
  return !/^\$\{(?:PORT|HOST)\}/.test(line.slice(index, index + 7))
}
