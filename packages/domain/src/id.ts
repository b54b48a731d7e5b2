import { customAlphabet } from 'nanoid'

/** What an id names; the prefix says it wherever the id turns up (logs, URLs, labels). */
export type IdKind =
  | 'usr'
  | 'team'
  | 'srv'
  | 'dep'
  | 'ins'
  | 'key'
  | 'env'
  | 'bsec'
  | 'csec'
  | 'ntf'
  | 'dlv'
  | 'evt'
  | 'node'
  | 'req'
  | 'insp'
  | 'dom'
  | 'prv'
  | 'grant'
  | 'whd'
  | 'inv'
  | 'sa'
  | 'ghi'
  | 'ghv'
  | 'vol'
  | 'bak'

const random = customAlphabet('0123456789abcdefghjkmnpqrstvwxyz', 16)

/** A new id such as `dep_7k2m9x...`: 80 random bits, safe in a URL, a label and a container name. */
export function newId(kind: IdKind): string {
  return `${kind}_${random()}`
}

/** The short form shown to people, such as the `7k2m9xab` in `echo--7k2m9xab`. */
export function shortId(id: string): string {
  return id.slice(id.indexOf('_') + 1).slice(0, 8)
}
