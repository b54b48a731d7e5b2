import type { ServerResponse } from 'node:http'
import { isRecord, type Message } from './json-rpc.ts'
import type { Listener } from './listeners.ts'
import type { InitializeResult } from './member.ts'
import { type ModernRequest, subscriptionIdKey } from './modern-request.ts'
import { openEventStream } from './respond.ts'

const keepAliveMs = 15_000
const maxUris = 1000
const maxBacklogBytes = 4 * 1024 * 1024

/**
 * The stream of subscriptions/listen: first what is granted, then what was asked for and granted, and
 * at an end that is ours an answer ("Subscriptions"). `onClose` comes once.
 */
export function openListenStream(
  request: ModernRequest,
  server: InitializeResult,
  res: ServerResponse,
  onClose: (listener: Listener) => void,
): Listener {
  const granted = grant(request.params.notifications, server.capabilities)
  const { resourceSubscriptions: uris = [], ...lists } = granted
  const wanted = new Set(Object.keys(lists).map((key) => listMethods[key]))
  const meta = { [subscriptionIdKey]: request.id }
  const write = (message: object) =>
    res.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`)

  const listener: Listener = {
    principal: request.principal,
    uris,
    wants({ method, params }) {
      if (method !== 'notifications/resources/updated') return wanted.has(method ?? '')
      // What has changed may be a part of what is watched.
      return uris.some((uri) => String(params?.uri).startsWith(uri))
    },
    send(message) {
      if (res.writableLength > maxBacklogBytes) return void res.destroy()
      write({ ...message, params: { ...message.params, _meta: { ...metaOf(message), ...meta } } })
    },
    end() {
      write({ id: request.id, result: { resultType: 'complete', _meta: meta } })
      res.end()
    },
  }
  openEventStream(res)
  write({
    method: 'notifications/subscriptions/acknowledged',
    params: { _meta: meta, notifications: granted },
  })
  const keepAlive = setInterval(() => res.write(': listening\n\n'), keepAliveMs)
  res.on('close', () => {
    clearInterval(keepAlive)
    onClose(listener)
  })
  return listener
}

type Granted = { resourceSubscriptions?: string[] } & Record<string, true | string[]>
const listMethods: Readonly<Record<string, string>> = {
  toolsListChanged: 'notifications/tools/list_changed',
  promptsListChanged: 'notifications/prompts/list_changed',
  resourcesListChanged: 'notifications/resources/list_changed',
}

/** Of what the client asks for, what the child can tell. */
function grant(wanted: unknown, capabilities: Record<string, unknown>): Granted {
  const filter = isRecord(wanted) ? wanted : {}
  const can = (kind: string, what: string) => {
    const one = capabilities[kind]
    return isRecord(one) && one[what] === true
  }
  const granted: Granted = {}
  for (const key of Object.keys(listMethods))
    if (filter[key] === true && can(key.replace('ListChanged', ''), 'listChanged'))
      granted[key] = true
  const uris = filter.resourceSubscriptions
  if (Array.isArray(uris) && can('resources', 'subscribe'))
    granted.resourceSubscriptions = uris.filter((uri) => typeof uri === 'string').slice(0, maxUris)
  return granted
}

function metaOf({ params }: Message): Record<string, unknown> {
  return isRecord(params?._meta) ? params._meta : {}
}
