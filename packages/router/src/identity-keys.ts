import { type EncryptionKey, open, seal } from '@moorage/access/secret-box'
import { type Db, Prisma } from '@moorage/db/client'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose'
import { z } from 'zod'

export const identityAlgorithm = 'EdDSA'
const settingKey = 'identity-key'
const rotateAfterMs = 30 * 86_400_000
/** A new key can be fetched for so long before anything is signed with it, so that every router shows it. */
const announcedMs = 60_000
/** A key can be fetched for so long after the next has taken over: longer than any token lives. */
const keptMs = 10 * 60_000

const storedKey = z.object({ sealed: z.string(), signsFrom: z.iso.datetime() })
type Stored = z.infer<typeof storedKey>

/** Newest first; or as it was stored while there was only one. */
const settingSchema = z.union([
  z.object({ keys: z.array(storedKey).min(1) }),
  z.object({ sealed: z.string() }).transform(({ sealed }) => ({
    keys: [{ sealed, signsFrom: new Date(0).toISOString() }],
  })),
])

type Key = { kid: string; signsFromMs: number; signer: CryptoKey | Uint8Array; publicJwk: JWK }

export type IdentityKeys = {
  /** Reads what there is, or makes the first key; a key of 30 days gets a successor. */
  refresh(): Promise<void>
  /** Adds a key, which every router signs with a minute from now. */
  rotate(): Promise<void>
  /** What to sign with now. */
  signer(): Pick<Key, 'kid' | 'signer'>
  /** For those who verify (RFC 7517): what is signed with now, was so lately, or will be soon. */
  published(): JSONWebKeySet
}

/** The platform's key pairs, the same for all routers: they are in Postgres, sealed. */
export function createIdentityKeys(deps: {
  db: Db
  encryptionKey: EncryptionKey
  now?: () => number
}): IdentityKeys {
  const { db, encryptionKey, now = Date.now } = deps
  let raw = ''
  let stored: Stored[] = []
  let keys: Key[] = []

  /** As it is in Postgres, in the words of its row. */
  async function read(): Promise<Prisma.JsonValue> {
    const where = { key: settingKey }
    const { value } = (await db.setting.findUnique({ where })) ?? (await addFirst())
    if (JSON.stringify(value) === raw) return value
    stored = settingSchema.parse(value).keys
    keys = await Promise.all(stored.map(importKey))
    raw = JSON.stringify(value)
    return value
  }

  async function addFirst() {
    const value = { keys: [await newKey(now())] }
    await db.setting.createMany({ data: [{ key: settingKey, value }], skipDuplicates: true })
    return db.setting.findUniqueOrThrow({ where: { key: settingKey } })
  }

  async function newKey(signsFromMs: number): Promise<Stored> {
    const { privateKey } = await generateKeyPair(identityAlgorithm, { extractable: true })
    const sealed = seal(encryptionKey, JSON.stringify(await exportJWK(privateKey)), settingKey)
    return { sealed, signsFrom: new Date(signsFromMs).toISOString() }
  }

  async function importKey({ sealed, signsFrom }: Stored): Promise<Key> {
    const jwk = JSON.parse(open(encryptionKey, sealed, settingKey))
    const { d: _private, ...publicJwk } = jwk
    const kid = await calculateJwkThumbprint(publicJwk)
    return {
      kid,
      signsFromMs: Date.parse(signsFrom),
      signer: await importJWK(jwk, identityAlgorithm),
      publicJwk: { ...publicJwk, kid, alg: identityAlgorithm, use: 'sig' },
    }
  }

  /** Changes nothing where another router was first: its key is as new. */
  async function rotate(): Promise<void> {
    const before = await read()
    const value = { keys: [await newKey(now() + announcedMs), ...stored.filter(isNeeded)] }
    const where = { key: settingKey, value: { equals: before ?? Prisma.JsonNull } }
    await db.setting.updateMany({ where, data: { value } })
    await read()
  }

  /** Until all that was signed with it has expired. */
  function isNeeded(_: unknown, at: number): boolean {
    const successor = keys[at - 1]
    return successor === undefined || now() - successor.signsFromMs < keptMs
  }

  return {
    refresh: async () => {
      await read()
      const [newest] = keys
      if (newest && now() - newest.signsFromMs > rotateAfterMs) await rotate()
    },
    rotate,
    signer: () => {
      const signer = keys.find(({ signsFromMs }) => signsFromMs <= now()) ?? keys[0]
      if (!signer) throw new Error('The identity has not been started.')
      return signer
    },
    published: () => ({ keys: keys.filter(isNeeded).map(({ publicJwk }) => publicJwk) }),
  }
}
