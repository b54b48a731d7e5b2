import type { Scope } from '@moorage/domain/permission'
import type { Uses } from '@moorage/domain/policy'
import { namesFrom, namesText } from '@moorage/domain/policy-text'
import type { KeyLimits } from '@moorage/domain/routing'
import { CliError } from '../cli-error.ts'
import { ago } from '../format.ts'
import type { Session } from '../session.ts'
import { printTable } from '../table.ts'

type Flags = { server?: string; team?: string }
type LimitFlags = { callsPerMinute?: number | 'none'; concurrentCalls?: number | 'none' }

export async function listKeys({ api, terminal }: Session, flags: Flags): Promise<void> {
  const keys = await api.keys.list.query(target(flags))
  if (terminal.json) return terminal.printJson(keys)
  printTable(
    terminal,
    ['ID', 'STARTS WITH', 'NAME', 'MAY', 'SERVER', 'TOOLS', 'LIMITS', 'USED', 'STATE'],
    keys.map((key) => [
      key.id,
      key.prefix,
      key.name,
      key.scopes.join(', '),
      key.server ?? 'all',
      key.uses ? namesText(key.uses.tools) || 'all' : 'all',
      limitsText(key.limits),
      key.lastUsedAt ? ago(key.lastUsedAt) : 'never',
      stateOf(key),
    ]),
  )
}

/** The key alone is on stdout, so that it can be piped to where it is needed. */
export async function createKey(
  { api, terminal }: Session,
  name: string,
  flags: Flags & LimitFlags & { scope?: Scope[]; expires?: number; tools?: string },
): Promise<void> {
  const made = await api.keys.create.mutate({
    ...target(flags),
    name,
    scopes: flags.scope ?? ['call'],
    ...(flags.expires ? { expiresInDays: flags.expires } : {}),
    limits: limitsOf(flags),
    ...(flags.tools ? { uses: usesOf(flags.tools) } : {}),
  })
  if (terminal.json) return terminal.printJson(made)
  const where = made.server ? `on "${made.server}"` : 'on every server of the team'
  terminal.note(`"${made.name}" may ${made.scopes.join(', ')} ${where}. It is shown only now:`)
  terminal.print(made.key)
}

export async function updateKey(
  { api, terminal }: Session,
  id: string,
  flags: LimitFlags & { tools?: string },
): Promise<void> {
  const limits = limitsOf(flags)
  const { tools } = flags
  if (Object.keys(limits).length === 0 && tools === undefined)
    throw new CliError('Nothing to change.', {
      exitCode: 2,
      hint: 'Give --tools, --calls-per-minute or --concurrent-calls.',
    })
  if (tools !== undefined)
    await api.keys.setUses.mutate({ id, uses: tools === '' ? null : usesOf(tools) })
  const key = await api.keys.setLimits.mutate({ id, limits })
  if (terminal.json) return terminal.printJson(key)
  const text = key.uses ? `tools ${namesText(key.uses.tools) || 'all'}` : 'all tools'
  terminal.print(`"${key.name}": ${text}, ${limitsText(key.limits) || 'no limits'}`)
}

/** The key alone is on stdout, as when it is made. */
export async function rotateKey(
  { api, terminal }: Session,
  id: string,
  { overlap }: { overlap: number },
): Promise<void> {
  const made = await api.keys.rotate.mutate({ id, overlapHours: overlap })
  if (terminal.json) return terminal.printJson(made)
  const former = overlap === 0 ? 'is no longer good' : `stays good for ${overlap} h`
  terminal.note(`The secret of until now ${former}. The new one is shown only now:`)
  terminal.print(made.key)
}

/** A key says nothing of resources and prompts. */
function usesOf(tools: string): Uses {
  return { tools: namesFrom(tools), resources: namesFrom(''), prompts: namesFrom('') }
}

export async function revokeKey({ api, terminal }: Session, id: string): Promise<void> {
  const answer = await api.keys.revoke.mutate({ id })
  if (terminal.json) return terminal.printJson(answer)
  terminal.print(`${id} is revoked.`)
}

function limitsOf({ callsPerMinute, concurrentCalls }: LimitFlags): Partial<KeyLimits> {
  return {
    ...limit('callsPerMinute', callsPerMinute),
    ...limit('concurrentCalls', concurrentCalls),
  }
}

function limit(name: keyof KeyLimits, value: number | 'none' | undefined): Partial<KeyLimits> {
  return value === undefined ? {} : { [name]: value === 'none' ? null : value }
}

function limitsText({ callsPerMinute, concurrentCalls }: KeyLimits): string {
  const parts = [
    callsPerMinute === null ? [] : [`${callsPerMinute} a minute`],
    concurrentCalls === null ? [] : [`${concurrentCalls} at once`],
  ]
  return parts.flat().join(', ')
}

function target(flags: Flags) {
  return {
    ...(flags.server ? { slug: flags.server } : {}),
    ...(flags.team ? { team: flags.team } : {}),
  }
}

function stateOf(key: { revokedAt: Date | null; expiresAt: Date | null }): string {
  if (key.revokedAt) return 'revoked'
  if (!key.expiresAt) return 'good'
  return key.expiresAt <= new Date()
    ? 'expired'
    : `until ${key.expiresAt.toISOString().slice(0, 10)}`
}
