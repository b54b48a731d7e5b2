import { callScope, guardedScope } from '@moorage/access/oauth-scopes'
import type { Db } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { importJWK, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose'
import { z } from 'zod'
import { tokenRefused } from './refusal.ts'

const algorithm = 'EdDSA'
/** A token is looked at again after so long, in case its key was taken back. */
const rememberedMs = 30_000
const maxRemembered = 10_000
/** An unknown key id makes us look for new keys, but not over and over. */
const reloadMs = 5_000

/** What a token says that was verified. Whether it still counts is for authenticate.ts to see. */
export type AccessToken = {
  /** A person, or a service account that got it by itself. */
  userId: string
  clientId: string
  /** The URL of the one endpoint that it is for. */
  audience: string
  mayCall: boolean
  /** Those of its tools that are guarded, too. */
  mayCallGuarded: boolean
  issuedMs: number
  untilMs: number
}

export type AccessTokens = {
  issuer: string
  /** Undefined: to be verified first. */
  known(token: string): AccessToken | undefined
  /** Throws `unauthenticated` where it is not good, `unavailable` where Postgres would have to say and does not. */
  verify(token: string): Promise<AccessToken>
}

const claimsSchema = z.object({
  sub: z.string(),
  aud: z.string(),
  client_id: z.string(),
  scope: z.string(),
  exp: z.number(),
  iat: z.number(),
})

/** Access tokens (RFC 9068) of the dashboard's authorization server, verified here with its keys. */
export function createAccessTokens({ db, issuer }: { db: Db; issuer: string }): AccessTokens {
  let keys = new Map<string, CryptoKey | Uint8Array>()
  const remembered = new Map<string, AccessToken>()
  let loadedMs = Number.NEGATIVE_INFINITY
  let loading: Promise<void> | null = null

  /** Once for all who wait. One that was taken back is none from then on. */
  function load(): Promise<void> {
    loading ??= readKeys().finally(() => {
      loading = null
    })
    return loading
  }

  async function readKeys(): Promise<void> {
    const found = new Map<string, CryptoKey | Uint8Array>()
    for (const { id, publicKey } of await db.jwks.findMany())
      found.set(id, await importJWK(JSON.parse(publicKey), algorithm))
    keys = found
    loadedMs = performance.now()
  }

  async function keyFor({ kid = '' }: JWTHeaderParameters): Promise<CryptoKey | Uint8Array> {
    const ageMs = performance.now() - loadedMs
    const known = keys.get(kid)
    // While Postgres is away, those that are known go on.
    if (known && ageMs >= rememberedMs) load().catch(() => {})
    if (known) return known
    if (ageMs >= reloadMs) await load().catch(cannotCheck)
    const loaded = keys.get(kid)
    if (!loaded) throw new Error('no such key')
    return loaded
  }

  async function claimsOf(token: string): Promise<JWTPayload> {
    const options = { issuer, typ: 'at+jwt', algorithms: [algorithm], clockTolerance: 5 }
    try {
      return (await jwtVerify(token, keyFor, options)).payload
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      throw tokenRefused('This access token is expired, or not of this platform.', cause)
    }
  }

  return {
    issuer,
    known: (token) => {
      const found = remembered.get(token)
      if (found && found.untilMs > Date.now()) return found
      remembered.delete(token)
      return undefined
    },
    verify: async (token) => {
      const claims = claimsSchema.safeParse(await claimsOf(token))
      if (!claims.success) throw tokenRefused('This access token is for no server.', claims.error)
      const { sub, aud, client_id, scope, exp, iat } = claims.data
      const scopes = scope.split(' ')
      const verified = {
        ...{ userId: sub, clientId: client_id, audience: aud },
        mayCall: scopes.includes(callScope),
        mayCallGuarded: scopes.includes(guardedScope),
        issuedMs: iat * 1_000,
        untilMs: Math.min(exp * 1_000, Date.now() + rememberedMs),
      }
      if (remembered.size >= maxRemembered) remembered.clear()
      remembered.set(token, verified)
      return verified
    },
  }
}

/** The token may be good: the client should not give it up. */
function cannotCheck(cause: unknown): never {
  throw new AppError('unavailable', 'Access tokens cannot be checked at the moment.', {
    hint: 'Try again in a moment.',
    cause,
  })
}

/** A JWT starts with its header, an object in base64url. */
export function isAccessToken(token: string): boolean {
  return token.startsWith('eyJ')
}
