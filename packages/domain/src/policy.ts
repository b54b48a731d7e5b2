import { z } from 'zod'
import { fitsPattern } from './name-pattern.ts'
import { type Role, roleMay, roles } from './permission.ts'

/** Names, `*` for anything: what fits `deny` is denied, what fits nothing of `allow` too. */
const names = z.strictObject({
  allow: z.array(z.string().min(1).max(300)).max(200).default(['*']),
  deny: z.array(z.string().min(1).max(300)).max(200).default([]),
})
const uses = {
  tools: names.prefault({}),
  resources: names.prefault({}),
  prompts: names.prefault({}),
}

/** `member:` names a person or a service account, whose keys are meant with them. */
const someone = z.string().regex(/^(?:member|key):[\w-]{1,60}$/, 'Write member:ID or key:ID.')
const who = z.union([z.literal('everyone'), z.templateLiteral(['role:', z.enum(roles)]), someone])

const usesSchema = z.strictObject(uses)
export const policySchema = z.strictObject({
  /** Of a private server: everyone in the team with a role that may call, those chosen, or whoever is signed in to the platform. */
  mayCall: z.enum(['team', 'chosen', 'signed_in']).default('team'),
  chosen: z.array(someone).max(1000).default([]),
  /** The first that fits the caller counts; where none does, the caller may use everything. */
  rules: z
    .array(z.strictObject({ who: z.array(who).min(1).max(200), ...uses }))
    .max(100)
    .default([]),
})
/** What a key may use, on top of what its server says. */
export const keyUsesSchema = usesSchema

export type Policy = z.infer<typeof policySchema>
export type Uses = z.infer<typeof usesSchema>
export type UseKind = keyof Uses
type Names = Uses[UseKind]

/** Who calls, as far as a policy asks. Of a key, `memberId` and `role` are its owner's. */
export type Caller = {
  keyId: string | null
  memberId: string | null
  /** In the server's team; null: none. */
  role: Role | null
}

export const openPolicy: Policy = { mayCall: 'team', chosen: [], rules: [] }
const nothing: Names = { allow: [], deny: [] }
const noUses: Uses = { tools: nothing, resources: nothing, prompts: nothing }
const closedPolicy: Policy = {
  mayCall: 'chosen',
  chosen: [],
  rules: [{ who: ['everyone'], ...noUses }],
}

/** From Server.policy. Never throws: what cannot be read lets nobody in. */
export function readPolicy(value: unknown): Policy {
  if (isEmpty(value)) return openPolicy
  const read = policySchema.safeParse(value)
  return read.success ? read.data : closedPolicy
}

/** What nearly every server has stored: a router reads many of them. */
function isEmpty(value: unknown): boolean {
  return value !== null && value?.constructor === Object && Object.keys(value).length === 0
}

/** From ApiKey.uses; null: everything. Never throws: what cannot be read is nothing. */
export function readKeyUses(value: unknown): Uses | null {
  if (value === null || value === undefined) return null
  const read = usesSchema.safeParse(value)
  return read.success ? read.data : noUses
}

/** May they call the private server at all? A key has passed its own checks before. */
export function mayCall({ mayCall, chosen }: Policy, caller: Caller): boolean {
  switch (mayCall) {
    case 'team':
      return isOfTeam(caller)
    case 'chosen':
      return isOfTeam(caller) && chosen.some((one) => fits(one, caller))
    case 'signed_in':
      return true
  }
}

/** Keys are a team's, whoever made them. */
function isOfTeam({ keyId, role }: Caller): boolean {
  return keyId !== null || (role !== null && roleMay(role, 'server.call'))
}

/** All of these must allow a use; none: everything may be used. */
export function usesFor(policy: Policy, caller: Caller, keyUses: Uses | null): readonly Uses[] {
  const rule = policy.rules.find(({ who }) => who.some((one) => fits(one, caller)))
  if (!rule) return keyUses ? [keyUses] : everything
  return keyUses ? [rule, keyUses] : [rule]
}

const everything: readonly Uses[] = []

function fits(one: Policy['rules'][number]['who'][number], caller: Caller): boolean {
  if (one === 'everyone') return true
  const at = one.indexOf(':')
  const id = one.slice(at + 1)
  switch (one.slice(0, at)) {
    case 'role':
      return caller.role === id
    case 'member':
      return caller.memberId === id
    default:
      return caller.keyId === id
  }
}

/**
 * `allow` is taken by the letter, in every reading that a server may give the name; `deny` whatever
 * the case and the form of the characters, so that no other spelling gets around it.
 */
export function mayUse(uses: readonly Uses[], kind: UseKind, name: string): boolean {
  if (uses.length === 0) return true
  const readings = kind === 'resources' ? uriReadings(name) : [name]
  if (kind === 'resources' && (controls.test(name) || readings.some((one) => climbs.test(one))))
    return false
  const spellings = kind === 'resources' ? [...readings, ...readings.map(normalized)] : readings
  return uses.every(
    ({ [kind]: { allow, deny } }) =>
      readings.every((reading) => allow.some((pattern) => fitsPattern(pattern, reading))) &&
      !spellings.some((one) => deny.some((pattern) => fitsPattern(folded(pattern), folded(one)))),
  )
}

/** Parsers of URLs leave them out, in the middle of a name as well (WHATWG URL, 4.4). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const controls = /[\x00-\x1f\x7f]/
/** `..` leads elsewhere than the URI begins. */
const climbs = /(?:^|[/\\])\.{1,2}(?:[/\\?#]|$)/

/** As it is, and as servers read it that decode once or twice. */
function uriReadings(uri: string): string[] {
  const once = decoded(uri)
  return [...new Set([uri, once, decoded(once)])]
}

/** What is no code of a character stays, and the rest is decoded all the same, as Python does. */
function decoded(uri: string): string {
  return uri.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => {
    const bytes = codes.split('%').slice(1)
    return utf8.decode(Uint8Array.from(bytes, (code) => Number.parseInt(code, 16)))
  })
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** As the official SDKs look a resource up: a backslash may be a slash, a port that is the usual one goes. */
function normalized(uri: string): string {
  return URL.canParse(uri) ? new URL(uri).href : uri
}

/** As the most careless comparison takes it. */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim()
}
