/** One plain line on the bridge's own stderr; what came from outside is cut and made harmless. */
export function log(line: string): void {
  process.stderr.write(`bridge: ${oneLine(line, 2000)}\n`)
}

/** Without control characters, and no longer than `max` characters. */
export function oneLine(text: string, max: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go.
  const clean = text.slice(0, max).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
  return text.length > max ? `${clean}...` : clean
}
