/**
 * A body of JSON that no two parsers can read differently: UTF-8 without a mark, and no name twice in
 * an object. Undefined where it is not that.
 */
export function strictJson(body: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    const value: unknown = JSON.parse(text)
    return namesIn(text) === distinctNames(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** In JSON that is well formed, a string before a colon is a name. */
function namesIn(text: string): number {
  let count = 0
  for (const [, colon] of text.matchAll(/"(?:[^"\\]+|\\.)*"(\s*:)?/g)) if (colon) count += 1
  return count
}

function distinctNames(value: unknown): number {
  let count = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (typeof one !== 'object' || one === null) continue
    const inner = Object.values(one)
    if (!Array.isArray(one)) count += inner.length
    for (const each of inner) waiting.push(each)
  }
  return count
}
