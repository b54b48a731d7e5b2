import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyDelivery } from './verify-delivery.ts'

const secret = 'It is a secret'
const body = new TextEncoder().encode('{"a": 1}\n')
const hex = (text: Uint8Array = body) => createHmac('sha256', secret).update(text).digest('hex')
const now = () => String(Math.floor(Date.now() / 1000))

function standard(id: string, time: string): string {
  const mac = createHmac('sha256', secret).update(`${id}.${time}.`).update(body)
  return `v1,${mac.digest('base64')}`
}

const good = () => ({
  github: {
    'x-github-event': 'push',
    'x-github-delivery': 'd1',
    'x-hub-signature-256': `sha256=${hex()}`,
  },
  gitlab: { 'x-gitlab-event': 'Push Hook', 'idempotency-key': 'd1', 'x-gitlab-token': secret },
  gitea: {
    'x-gitea-event': 'push',
    'x-gitea-delivery': 'd1',
    'x-gitea-signature': hex(),
    // It sends these as well.
    'x-github-event': 'push',
    'x-github-delivery': 'd1',
  },
  bitbucket: {
    'x-event-key': 'repo:push',
    'x-request-uuid': 'd1',
    'x-hub-signature': `sha256=${hex()}`,
  },
  generic: {
    'webhook-id': 'd1',
    'webhook-timestamp': now(),
    'webhook-signature': `v1,bm90aGluZw== ${standard('d1', now())}`,
  },
})
const forges = Object.keys(good()) as (keyof ReturnType<typeof good>)[]
const signatures = /signature|token/

const verify = (headers: object, sent: Uint8Array = body) =>
  verifyDelivery({
    headers: new Headers(Object.entries(headers) as [string, string][]),
    body: sent,
    secret,
  })

test.each(forges)('what %s signs with the secret is taken', (forge) => {
  expect(verify(good()[forge])).toMatchObject({ forge, deliveryId: 'd1' })
})

test("GitHub's own example of a signature holds", () => {
  const known = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
  const headers = new Headers({
    'x-github-event': 'push',
    'x-github-delivery': 'd',
    'x-hub-signature-256': `sha256=${known}`,
  })
  const signed = { headers, body: new TextEncoder().encode('Hello, World!') }
  expect(verifyDelivery({ ...signed, secret: "It's a Secret to Everybody" }).forge).toBe('github')
})

test.each(forges)(
  'what %s did not sign is refused: no signature, a wrong one, an empty one',
  (forge) => {
    const headers = Object.entries(good()[forge])
    const without = headers.filter(([name]) => !signatures.test(name))
    const forged = (value: string) =>
      headers.map(([name, it]) => [name, signatures.test(name) ? value : it])
    for (const bad of [without, forged('x'), forged(''), forged(`sha256=${'0'.repeat(64)}`)])
      expect(() => verify(Object.fromEntries(bad))).toThrow(/not made with the secret/)
  },
)

test.each(forges.filter((forge) => forge !== 'gitlab'))(
  'a single changed byte of what %s signed is refused',
  (forge) => {
    const changed = new TextEncoder().encode('{"a": 2}\n')
    expect(() => verify(good()[forge], changed)).toThrow(/not made with the secret/)
  },
)

test('of a generic one the id and the time are signed, and an old one is refused', () => {
  const old = String(Math.floor(Date.now() / 1000) - 600)
  const signed = (id: string, time: string, by: string) => ({
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': by,
  })
  expect(() => verify(signed('other', now(), standard('d1', now())))).toThrow(/not made with/)
  expect(() => verify(signed('d1', now(), standard('d1', old)))).toThrow(/not made with/)
  expect(() => verify(signed('d1', old, standard('d1', old)))).toThrow(/too long ago/)
  expect(() => verify(signed('d1', 'NaN', standard('d1', 'NaN')))).toThrow(/too long ago/)
})

test('a delivery without an id, or of nobody that is known, is refused', () => {
  const { 'x-github-delivery': _, ...headers } = good().github
  expect(() => verify(headers)).toThrow(/no id/)
  expect(() => verify({ 'content-type': 'application/json' })).toThrow(/no delivery of a forge/)
})
