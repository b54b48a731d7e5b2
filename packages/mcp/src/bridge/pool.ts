import { BadRequest } from './bad-request.ts'
import { canonicalJson } from './canonical-json.ts'
import type { Holders } from './holders.ts'
import { internalError } from './json-rpc.ts'
import type { Listeners } from './listeners.ts'
import { type InitializeResult, type Member, startMember } from './member.ts'
import type { ModernRequest } from './modern-request.ts'
import { readToolSchemas } from './tool-schemas.ts'

/** A member, with what it said of itself and of its tools. */
export type Lease = {
  member: Member
  server: InitializeResult
  toolSchemas(): Promise<Map<unknown, unknown>>
  /** Gives it back; once, whatever comes later. */
  release(): void
  /** Ends it: what it may still ask belongs to nobody, and must not reach the next caller. */
  retire(why: string): void
}
type Entry = {
  key: string
  principal: string
  member: Member
  isTaken: boolean
  usedAt: number
  toolSchemas: Promise<Map<unknown, unknown>> | null
}

/**
 * The children that serve requests of 2026-07-28. Clients of one principal with the same capabilities
 * share them; a call that may ask its client, or that wants log messages, has its child to itself.
 */
export function createPool(
  command: readonly [string, ...string[]],
  holders: Holders,
  listeners: Listeners,
) {
  const entries = new Set<Entry>()
  let turn: Promise<unknown> = Promise.resolve()

  async function take(request: ModernRequest, isAlone: boolean): Promise<Entry> {
    const key = canonicalJson([request.principal, request.capabilities])
    // The one that was used last knows most of what its client did before.
    const [free] = [...entries]
      .filter((one) => one.key === key && !one.isTaken)
      .sort((a, b) => b.usedAt - a.usedAt)
    const entry = free ?? (await start(key, request))
    entry.isTaken = isAlone
    entry.usedAt = Date.now()
    return entry
  }

  async function start(key: string, { principal, capabilities }: ModernRequest): Promise<Entry> {
    if (!(await holders.admit()))
      throw new BadRequest(503, internalError, holders.capMessage, { retryAfterSeconds: 5 })
    const member = startMember({
      command,
      capabilities,
      onChange: (message) => {
        if (message.method === 'notifications/tools/list_changed') entry.toolSchemas = null
        listeners.deliver(principal, message)
      },
      isWanted: () => listeners.has(principal),
      onGone: () => {
        entries.delete(entry)
        holders.release(member)
        listeners.end(principal)
      },
    })
    const entry: Entry = { key, principal, member, isTaken: false, usedAt: 0, toolSchemas: null }
    entries.add(entry)
    holders.add(member)
    listeners.watch(principal, member)
    return entry
  }

  return {
    /** Throws BadRequest at the cap, and where the child does not come up. */
    async acquire(request: ModernRequest, isAlone: boolean): Promise<Lease> {
      const taking = turn.then(() => take(request, isAlone))
      // One at a time, so that two requests do not start two children where one does.
      turn = taking.catch(() => {})
      const entry = await taking
      const { member } = entry
      let isHeld = isAlone
      const release = () => {
        if (isHeld) entry.isTaken = false
        isHeld = false
        entry.usedAt = Date.now()
      }
      const retire = (why: string) => {
        entries.delete(entry)
        void member.end(why)
      }
      const toolSchemas = () => {
        entry.toolSchemas ??= readToolSchemas(member)
        return entry.toolSchemas
      }
      try {
        return { member, server: await member.initialized, toolSchemas, release, retire }
      } catch (error) {
        release()
        throw new BadRequest(200, internalError, error instanceof Error ? error.message : '')
      }
    },
    members: (principal: string): Member[] =>
      [...entries].filter((one) => one.principal === principal).map(({ member }) => member),
  }
}
