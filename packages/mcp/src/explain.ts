import { ProtocolError } from '@modelcontextprotocol/client'
import { AppError } from '@moorage/domain/error'
import { cleanText } from './clean-json.ts'
import type { Sighting } from './guarded-fetch.ts'

/** What a failed handshake saw, in words, with what to do about it. */
export function explain(seen: Sighting, about: { url: string; cause?: unknown }): AppError {
  const { pathname, port } = new URL(about.url)
  const [userMessage, hint] =
    seen.kind === 'answered' && about.cause instanceof ProtocolError
      ? describeError(about.cause.message)
      : describe(seen, pathname, port)
  const detail = about.cause instanceof Error ? about.cause.message : String(about.cause ?? '')
  return new AppError('handshake_failed', userMessage, {
    hint,
    message: `${userMessage} (${detail.slice(0, 500)})`,
    cause: about.cause,
  })
}

/** It speaks MCP and says itself what is wrong; the stdio bridge does so for a process that exited. */
function describeError(message: string): [string, string] {
  return [
    `The server answered the handshake with an error: ${cleanText(message, 1000)}`,
    'Its log says more. Check its command, its arguments and the variables that it needs.',
  ]
}

function describe(seen: Sighting, path: string, port: string): [string, string] {
  switch (seen.kind) {
    case 'nothing':
    case 'refused':
      return [
        'Nothing answered on the server’s port.',
        'Listen on the port that the environment variable PORT names and on 0.0.0.0, not on localhost. Or set "port" in moorage.json.',
      ]
    case 'silent':
      return [
        'The server opened its port but did not answer an MCP request in time.',
        'Look in its log for what it waits for. A server must answer before it loads what takes long.',
      ]
    case 'too-large':
      return [
        'The server sent more than 8 MiB during the handshake.',
        'Check that the tool list is finite and that the endpoint is an MCP server.',
      ]
    case 'answered':
      return describeAnswer(seen, path, port)
  }
}

function describeAnswer(
  seen: { status: number; contentType: string; location: string | null },
  path: string,
  port: string,
): [string, string] {
  const { status } = seen
  if (status === 404 || status === 405) {
    return [
      `The server listens, but answers ${status} at ${path}.`,
      'Serve MCP at /mcp, or set "path" in moorage.json to where it is.',
    ]
  }
  if (status === 421 || status === 403) {
    return [
      `The server refused the request's Host header (HTTP ${status}).`,
      'It believes that it runs on a developer’s machine: bind 0.0.0.0, or add the host to its allowed hosts.',
    ]
  }
  if (status === 401) {
    return [
      'The server asks for authentication of its own (HTTP 401).',
      'Switch its own authentication off: Moorage checks the caller before the request arrives.',
    ]
  }
  if (status >= 300 && status < 400) {
    return [
      `The server redirects ${path}${seen.location === null ? '' : ` to ${seen.location.slice(0, 200)}`}.`,
      'Set "path" in moorage.json to the final path.',
    ]
  }
  if (status >= 500) {
    return [
      `The server answered HTTP ${status} to the MCP handshake.`,
      'Its log says why. A server with sessions needs one transport for each of them.',
    ]
  }
  return [
    `Something answers on port ${port || '80'} (HTTP ${status}), but it is not an MCP server at ${path}.`,
    'Check the path, and that the MCP endpoint takes POST and answers JSON or an event stream.',
  ]
}
