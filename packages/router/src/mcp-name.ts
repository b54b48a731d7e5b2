/** What the header Mcp-Name says: non-ASCII travels as `=?base64?...?=`. */
export function mcpName(header: string | null): string | null {
  const base64 = header?.match(/^=\?base64\?([A-Za-z0-9+/=]*)\?=$/)?.[1]
  return base64 === undefined ? header : Buffer.from(base64, 'base64').toString('utf8')
}
