import { newId } from '@moorage/domain/id'

/** Of the 16 characters of an id so many count up; the others are drawn anew when they have run out. */
const digits = 5
const radix = 32
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

const tails = Array.from(
  { length: radix ** 2 },
  (_, n) => `${alphabet[Math.floor(n / radix)]}${alphabet[n % radix]}`,
)
let head = ''
let next = radix ** digits

/**
 * A new id of a request: unique as any other id, but no secret, since a random one for each request
 * would cost it a microsecond.
 */
export function newRequestId(): string {
  if (next >= radix ** digits) {
    next = 0
    head = newId('req').slice(0, -digits)
  }
  const n = next++
  return (
    head +
    alphabet[Math.floor(n / radix ** 4)] +
    tails[Math.floor(n / radix ** 2) % radix ** 2] +
    tails[n % radix ** 2]
  )
}
