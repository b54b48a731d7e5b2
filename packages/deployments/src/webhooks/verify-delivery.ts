import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '@moorage/domain/error'
import type { Forge } from './forge-event.ts'

/** What the headers say of a delivery whose signature is good. */
export type Verified = { forge: Forge; event: string; deliveryId: string }

type Signed = { headers: Headers; body: Uint8Array; secret: string }

/** How old a signed time may be (Standard Webhooks: as little as is practical). */
const toleranceMs = 5 * 60_000

/**
 * Who sent this, and is it signed with this server's secret? Over the raw bytes, in constant time.
 * Throws `unauthenticated`, and `bad_input` where no forge sends such headers.
 */
export function verifyDelivery(signed: Signed): Verified {
  const { headers } = signed
  // Gitea and Forgejo send GitHub's headers too, so they are asked for first.
  const gitea = headers.get('x-forgejo-event') ?? headers.get('x-gitea-event')
  if (gitea !== null)
    return accept({
      forge: 'gitea',
      event: gitea,
      deliveryId: headers.get('x-forgejo-delivery') ?? headers.get('x-gitea-delivery'),
      isSigned: isHmac(
        signed,
        headers.get('x-forgejo-signature') ?? headers.get('x-gitea-signature'),
      ),
    })
  const github = headers.get('x-github-event')
  if (github !== null)
    return accept({
      forge: 'github',
      event: github,
      deliveryId: headers.get('x-github-delivery'),
      isSigned: isHmac(signed, unprefixed(headers.get('x-hub-signature-256'))),
    })
  const gitlab = headers.get('x-gitlab-event')
  if (gitlab !== null)
    return accept({
      forge: 'gitlab',
      event: gitlab,
      // Retries have the same one; what came of another hook has the other one in common.
      deliveryId: headers.get('idempotency-key') ?? headers.get('x-gitlab-event-uuid'),
      isSigned: isSame(headers.get('x-gitlab-token'), signed.secret),
    })
  const bitbucket = headers.get('x-event-key')
  if (bitbucket !== null)
    return accept({
      forge: 'bitbucket',
      event: bitbucket,
      deliveryId: headers.get('x-request-uuid'),
      isSigned: isHmac(signed, unprefixed(headers.get('x-hub-signature'))),
    })
  return verifyStandard(signed)
}

/** Standard Webhooks (standardwebhooks.com): the id and the time are signed with the body. */
function verifyStandard(signed: Signed): Verified {
  const { headers, body, secret } = signed
  const id = headers.get('webhook-id')
  const time = headers.get('webhook-timestamp')
  if (id === null || time === null)
    throw new AppError('bad_input', 'This is no delivery of a forge that Moorage knows.', {
      hint: 'Others sign as Standard Webhooks do: webhook-id, webhook-timestamp, webhook-signature.',
    })
  const isFresh = Math.abs(Date.now() - Number(time) * 1000) <= toleranceMs
  const mac = createHmac('sha256', secret).update(`${id}.${time}.`).update(body).digest('base64')
  const given = (headers.get('webhook-signature') ?? '').split(' ')
  const isSigned = given.map((one) => isSame(one, `v1,${mac}`)).includes(true)
  if (isSigned && !isFresh) throw refused('It was signed too long ago.')
  return accept({ forge: 'generic', event: 'push', deliveryId: id, isSigned })
}

type Claimed = { forge: Forge; event: string; deliveryId: string | null; isSigned: boolean }

function accept({ forge, event, deliveryId, isSigned }: Claimed): Verified {
  if (!isSigned) throw refused('The signature is not made with the secret of this webhook.')
  if (deliveryId === null || !/^[\x21-\x7e]{1,200}$/.test(deliveryId))
    throw new AppError('bad_input', 'The delivery has no id.')
  return { forge, event: event.slice(0, 100), deliveryId }
}

function isHmac({ body, secret }: Signed, given: string | null): boolean {
  return isSame(given, createHmac('sha256', secret).update(body).digest('hex'))
}

function unprefixed(header: string | null): string | null {
  return header?.startsWith('sha256=') ? header.slice('sha256='.length) : null
}

/** Hashed first: texts of any two lengths take the same time to compare. */
function isSame(given: string | null, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return given !== null && timingSafeEqual(hash(given), hash(wanted))
}

function refused(userMessage: string): AppError {
  return new AppError('unauthenticated', userMessage, {
    hint: "Paste the secret that the server's page Webhooks showed, or make a new one there.",
  })
}
