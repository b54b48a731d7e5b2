import { open, seal } from '@moorage/access/secret-box'
import type { Db } from '@moorage/db/client'
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  SignJWT,
} from 'jose'
import { z } from 'zod'
import type { KeyEntry, ServerEntry } from './table.ts'

/** Where the public key is, at every name of the router's own. */
export const identityKeysPath = '/.well-known/moorage/jwks.json'

const algorithm = 'EdDSA'
const lifeSeconds = 120
/** A token is handed out for so long; the rest of its life is for the server to look at it. */
const handedOutMs = 60_000
const settingKey = 'identity-key'
const storedSchema = z.object({ sealed: z.string() })

export type Identity = {
  /** Makes or reads the platform's key pair. To be called before anything else. */
  start(): Promise<void>
  /** What tells the server who calls: names and values. Undefined: to be signed first. */
  cached(key: KeyEntry, server: ServerEntry): readonly string[] | undefined
  sign(key: KeyEntry, server: ServerEntry): Promise<readonly string[]>
  /** What servers verify `Moorage-Identity` with (RFC 7517). */
  keys(): JSONWebKeySet
}

type Signer = { key: CryptoKey | Uint8Array; kid: string; keys: JSONWebKeySet }
type Token = { headers: readonly string[]; untilMs: number }

/**
 * Who calls, told to the server behind: in plain headers for one that trusts the network, and in a
 * JWT for one that does not. It is cached by the key's entry, so a key that changes is signed anew.
 */
export function createIdentity(deps: {
  db: Db
  encryptionKey: Buffer
  /** `iss` of the tokens. */
  issuer: string
}): Identity {
  let signer: Signer | null = null
  const tokens = new WeakMap<KeyEntry, Map<string, Token>>()

  async function sign(key: KeyEntry, server: ServerEntry): Promise<readonly string[]> {
    if (!signer) throw new Error('The identity has not been started.')
    const jwt = await new SignJWT(claims(key))
      .setProtectedHeader({ alg: algorithm, kid: signer.kid, typ: 'JWT' })
      .setIssuer(deps.issuer)
      .setSubject(key.user?.id ?? key.id)
      .setAudience(server.slug)
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .sign(signer.key)
    const headers = [...plainHeaders(key), 'Moorage-Identity', jwt]
    const byServer = tokens.get(key) ?? new Map<string, Token>()
    byServer.set(server.id, { headers, untilMs: Date.now() + handedOutMs })
    tokens.set(key, byServer)
    return headers
  }

  return {
    start: async () => {
      signer = await readSigner(deps.db, deps.encryptionKey)
    },
    cached: (key, server) => {
      const token = tokens.get(key)?.get(server.id)
      return token && token.untilMs > Date.now() ? token.headers : undefined
    },
    sign,
    keys: () => signer?.keys ?? { keys: [] },
  }
}

function claims(key: KeyEntry): Record<string, string> {
  const { user } = key
  return {
    team: key.teamSlug,
    key_id: key.id,
    ...(user ? { email: user.email, role: user.role } : {}),
  }
}

function plainHeaders(key: KeyEntry): string[] {
  const { user } = key
  return [
    ...['Moorage-Team', key.teamSlug, 'Moorage-Key-Id', key.id],
    ...(user ? ['Moorage-User', user.id, 'Moorage-Role', user.role] : []),
    ...(user ? ['Moorage-Email', headerText(user.email)] : []),
  ]
}

/** Headers carry visible ASCII; what is beyond is percent-encoded. */
function headerText(value: string): string {
  return value.replace(/[^\x21-\x7e]/gu, (part) => encodeURIComponent(part.toWellFormed()))
}

/** One key pair for the platform, made by the first router that needs it. */
async function readSigner(db: Db, encryptionKey: Buffer): Promise<Signer> {
  const row =
    (await db.setting.findUnique({ where: { key: settingKey } })) ??
    (await addKeyPair(db, encryptionKey))
  const jwk = JSON.parse(open(encryptionKey, storedSchema.parse(row.value).sealed, settingKey))
  const { d: _private, ...publicJwk } = jwk
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    key: await importJWK(jwk, algorithm),
    kid,
    keys: { keys: [{ ...publicJwk, kid, alg: algorithm, use: 'sig' }] },
  }
}

async function addKeyPair(db: Db, encryptionKey: Buffer): Promise<{ value: unknown }> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true })
  const sealed = seal(encryptionKey, JSON.stringify(await exportJWK(privateKey)), settingKey)
  await db.setting.createMany({
    data: [{ key: settingKey, value: { sealed } }],
    skipDuplicates: true,
  })
  return db.setting.findUniqueOrThrow({ where: { key: settingKey } })
}
