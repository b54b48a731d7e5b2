import type { IncomingMessage } from 'node:http'

/** The protocol version that the client asks for, in the one form that is handed on to git. */
export function protocolOf(request: IncomingMessage): 'version=1' | 'version=2' | null {
  const header = request.headers['git-protocol']
  if (typeof header !== 'string') return null
  const asked = header.split(':')
  if (asked.includes('version=2')) return 'version=2'
  return asked.includes('version=1') ? 'version=1' : null
}
