import { startChild } from './child.ts'
import type { Holder } from './holders.ts'
import {
  errorResponse,
  internalError,
  isRecord,
  isRequest,
  type Message,
  methodNotFound,
  type Request,
} from './json-rpc.ts'
import { log } from './log.ts'

/** What becomes of a call to a child. */
export type CallHandlers = {
  onAnswer(answer: Message): void
  onProgress?(message: Message): void
  onLog?(message: Message): void
  /** Sampling, elicitation or roots. */
  onAsk?(ask: Request): void
}
export type InitializeResult = Record<string, unknown> & { capabilities: Record<string, unknown> }

/** A child that the bridge initialized as a client up to 2025-11-25, for requests of later clients. */
export type Member = Holder & {
  /** What the child said of itself. Rejects with why there is nothing. */
  readonly initialized: Promise<InitializeResult>
  /** The number of the call; null: the child leaves too much unread. */
  call(method: string, params: Record<string, unknown>, handlers: CallHandlers): number | null
  /** The caller waits no longer. */
  cancel(call: number, reason: string): void
  /** The answer to an ask. */
  reply(answer: Message): void
}

const askMethods = ['sampling/createMessage', 'elicitation/create', 'roots/list']
const clientInfo = { name: 'moorage-bridge', version: '1.0.0' }

export function startMember(options: {
  command: readonly [string, ...string[]]
  capabilities: object
  /** A notification that belongs to no call. */
  onChange(message: Message): void
  /** Something else than a call keeps it from being idle. */
  isWanted(): boolean
  onGone(): void
}): Member {
  const calls = new Map<unknown, CallHandlers>()
  let count = 0
  let usedAt = Date.now()
  let endedBecause: string | null = null

  const child = startChild(options.command, (message) => {
    usedAt = Date.now()
    if (message.method === undefined) onAnswer(message)
    else if (isRequest(message)) onRequest(message)
    else onNotification(message)
  })
  void child.gone.then((why) => {
    log(`child ${child.pid}: ${endedBecause ?? why}`)
    options.onGone()
    for (const id of [...calls.keys()])
      onAnswer(errorResponse(Number(id), internalError, endedBecause ?? why))
  })
  const send = (message: object) => child.send(JSON.stringify({ jsonrpc: '2.0', ...message }))

  function onAnswer(message: Message): void {
    const call = calls.get(message.id)
    calls.delete(message.id)
    call?.onAnswer(message)
  }

  /** Which call it is a part of is not said: where several could be asked, none is. */
  function onRequest(message: Request): void {
    if (message.method === 'ping') return void send({ id: message.id, result: {} })
    const isAsk = askMethods.includes(message.method)
    const [onAsk, ...others] = [...calls.values()].flatMap((call) => call.onAsk ?? [])
    if (isAsk && onAsk && others.length === 0) return void onAsk(message)
    const why = 'There is no request of the client that this could be a part of.'
    send(errorResponse(message.id, isAsk ? internalError : methodNotFound, why))
  }

  function onNotification(message: Message): void {
    if (message.method === 'notifications/progress')
      calls.get(message.params?.progressToken)?.onProgress?.(message)
    else if (message.method === 'notifications/message')
      [...calls.values()].find((one) => one.onLog)?.onLog?.(message)
    else options.onChange(message)
  }

  async function initialize(): Promise<InitializeResult> {
    const { capabilities } = options
    const params = { protocolVersion: '2025-11-25', capabilities, clientInfo }
    const { result, error } = await new Promise<Message>((onAnswer) =>
      member.call('initialize', params, { onAnswer }),
    )
    if (!isRecord(result)) {
      void member.end('The server did not take initialize.')
      throw new Error(error?.message ?? 'The server answered initialize with nothing.')
    }
    send({ method: 'notifications/initialized' })
    return { ...result, capabilities: isRecord(result.capabilities) ? result.capabilities : {} }
  }

  const member: Omit<Member, 'initialized'> = {
    call(method, params, handlers) {
      const id = ++count
      const meta = isRecord(params._meta) ? params._meta : {}
      const { progressToken: _theirs, ...others } = meta
      // Tokens of several clients may be the same: the child gets the number of the call.
      const _meta = handlers.onProgress ? { ...others, progressToken: id } : others
      if (!send({ id, method, params: { ...params, _meta } })) return null
      calls.set(id, handlers)
      return id
    },
    cancel(call, reason) {
      if (!calls.delete(call)) return
      send({ method: 'notifications/cancelled', params: { requestId: call, reason } })
    },
    reply: (answer) => void send(answer),
    idleSince() {
      const isBusy = calls.size > 0 || options.isWanted()
      if (isBusy) usedAt = Date.now()
      return isBusy ? null : usedAt
    },
    end(why) {
      endedBecause ??= why
      return child.stop()
    },
  }
  const initialized = initialize()
  // Whoever waits for it hears of it; there may be nobody.
  initialized.catch(() => {})
  return Object.assign(member, { initialized })
}
