/** JSON with its lines and indents; what was cut off is left as it is. */
export function readablePayload(text: string): string {
  return text.split('\n').map(readable).join('\n')
}

function readable(line: string): string {
  try {
    return JSON.stringify(JSON.parse(line), null, 2)
  } catch {
    return line
  }
}
