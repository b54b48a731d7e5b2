import type { IncomingMessage } from 'node:http'
import { principalByKey } from '@moorage/access/api-key'
import type { Principal } from '@moorage/access/principal'
import type { Db } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'

/** The principal behind the key that came as Basic password (any user name) or as Bearer token. */
export async function authenticate(
  deps: { db: Db },
  request: IncomingMessage,
): Promise<Principal & { kind: 'key' }> {
  const key = keyOf(request.headers.authorization)
  if (key === null)
    throw new AppError('unauthenticated', 'Moorage asks for an API key as the password.', { hint })
  const principal = await principalByKey(deps, key)
  if (principal?.kind !== 'key')
    throw new AppError('unauthenticated', 'This API key is unknown, expired or revoked.', { hint })
  return principal
}

const hint = 'Any user name will do. Make a key with: moorage keys create --scope deploy'

function keyOf(header: string | undefined): string | null {
  const [scheme = '', value = ''] = (header ?? '').split(' ', 2)
  if (/^bearer$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return null
  const pair = Buffer.from(value, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  // git also sends a token alone as the user name: `https://mrg_...@host/`.
  return colon < 0 ? pair : pair.slice(colon + 1) || pair.slice(0, colon)
}
