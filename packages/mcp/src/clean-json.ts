const maxDepth = 24

/**
 * Text from a server in a form that any database takes: no NUL, no lone surrogate, not over
 * `maxLength` characters.
 */
export function cleanText(text: string, maxLength: number): string {
  const cut = text.length > maxLength ? text.slice(0, maxLength) : text
  return cut.replaceAll('\0', '').toWellFormed()
}

/** The same for any JSON value; what lies deeper than 24 levels becomes null. */
export function cleanJson(value: unknown, maxLength: number, depth = 0): unknown {
  if (typeof value === 'string') return cleanText(value, maxLength)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= maxDepth) return null
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, maxLength, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      cleanText(key, 256),
      cleanJson(item, maxLength, depth + 1),
    ]),
  )
}
