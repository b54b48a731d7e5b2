import { guardedConnect } from '@moorage/access/guarded-connect'
import { type Dispatcher, Pool } from 'undici'
import { createPlainClient, type PlainClient } from './plain-client.ts'
import type { RequestBody } from './request-body.ts'
import type { InstanceEntry, Table } from './table.ts'
import type { UpstreamHandler, UpstreamRequest } from './upstream-call.ts'

/** Connections to instances, kept open between requests. */
export type Upstreams = {
  /** Never throws: what goes wrong is told to the handler. */
  send(
    instance: InstanceEntry,
    request: UpstreamRequest,
    body: RequestBody,
    handler: UpstreamHandler,
  ): void
  /** For the router's own calls. */
  pool(instance: InstanceEntry): Pool
  /** Lets go of the instances that are no longer in the table; what is in flight there goes on. */
  prune(table: Table): void
  close(): Promise<void>
}

/** What an operator allows servers that run elsewhere, which are the tenants' to name. */
export type Remotes = {
  /** Hosts ("host:port") that may be private or speak plain http. */
  trustedHosts?: readonly string[] | undefined
  /** A PEM file with further CAs. */
  caFile?: string | undefined
}

type Connections = { origin: string; plain: PlainClient | null; pool: Pool | null }

const sweepMs = 1_000

/**
 * A request to an instance on this machine goes the short way (plain-client.ts); one to a server
 * elsewhere, and a body that streams, by undici.
 */
export function createUpstreams(remotes: Remotes = {}): Upstreams {
  const known = new Map<string, Connections>()
  let guarded: ReturnType<typeof guardedConnect> | null = null
  const timer = setInterval(() => {
    for (const { plain } of known.values()) plain?.sweep()
  }, sweepMs)
  timer.unref()

  function drop(id: string): void {
    const entry = known.get(id)
    known.delete(id)
    entry?.plain?.close()
    void entry?.pool?.close()
  }

  function connectionsTo({ id, origin }: InstanceEntry): Connections {
    const entry = known.get(id)
    if (entry?.origin === origin) return entry
    if (entry) drop(id)
    const begun = { origin, plain: null, pool: null }
    known.set(id, begun)
    return begun
  }

  function connectTo({ remote }: InstanceEntry) {
    if (!remote) return { timeout: 5_000 }
    const { trustedHosts = [], caFile } = remotes
    guarded ??= guardedConnect({ trustedHosts, caFile, timeoutMs: 10_000 })
    return guarded
  }

  function pool(instance: InstanceEntry): Pool {
    const entry = connectionsTo(instance)
    entry.pool ??= new Pool(instance.origin, {
      pipelining: 1,
      // Streams may be quiet for long: the idle cap is the router's own (housekeeping.ts).
      headersTimeout: 0,
      bodyTimeout: 0,
      // Below the 5 s after which uvicorn and Node close an idle connection.
      keepAliveTimeout: 4_000,
      connect: connectTo(instance),
    })
    return entry.pool
  }

  return {
    pool,
    send: (instance, request, body, handler) => {
      try {
        if (instance.remote !== null || body.kind === 'stream')
          pool(instance).dispatch(undiciOptions(request, body), undiciHandler(handler))
        else {
          const entry = connectionsTo(instance)
          entry.plain ??= createPlainClient(instance.origin)
          entry.plain.send(request, body.kind === 'held' ? body.bytes : null, handler)
        }
      } catch (error) {
        handler.onError(error instanceof Error ? error : new Error(String(error)))
      }
    },
    prune: (table) => {
      for (const [id, { origin }] of known) if (table.instance(id)?.origin !== origin) drop(id)
    },
    close: async () => {
      clearInterval(timer)
      const all = [...known.values()]
      known.clear()
      for (const { plain } of all) plain?.destroy()
      await Promise.all(all.map(({ pool }) => pool?.destroy()))
    },
  }
}

function undiciOptions(
  { method, path, headers }: UpstreamRequest,
  body: RequestBody,
): Dispatcher.DispatchOptions {
  if (body.kind === 'stream' && body.length !== null)
    headers.push('Content-Length', String(body.length))
  const content = body.kind === 'held' ? body.bytes : body.kind === 'stream' ? body.stream : null
  return { method, path, headers, body: content }
}

function undiciHandler(handler: UpstreamHandler): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller) => {
      const call = {
        abort: (reason: Error) => controller.abort(reason),
        resume: () => controller.resume(),
      }
      if (!handler.onSend(call)) controller.abort(new Error('The client is gone.'))
    },
    onResponseStart: (controller, status) => {
      // 103 and the like are for this hop, and no sign of an answer to come.
      if (status >= 200) handler.onHead(status, rawHeaders(controller))
    },
    onResponseData: (controller, chunk) => {
      if (!handler.onData(chunk)) controller.pause()
    },
    onResponseEnd: () => handler.onEnd(),
    onResponseError: (_controller, error) => handler.onError(error),
  }
}

function rawHeaders(controller: Dispatcher.DispatchController): string[] {
  const raw = Array.isArray(controller.rawHeaders) ? controller.rawHeaders : []
  return raw.map((part: Buffer | string) =>
    typeof part === 'string' ? part : part.toString('latin1'),
  )
}
