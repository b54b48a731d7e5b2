import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '@moorage/domain/error'

/** 32 bytes, from `parseEncryptionKey`; or two while one takes over from the other. */
export type EncryptionKey = Buffer | { current: Buffer; previous: Buffer }

/** Seals with the first, opens with both: so a key can be replaced while everything runs. */
export function withPrevious(current: Buffer, previous: Buffer | undefined): EncryptionKey {
  return previous ? { current, previous } : current
}

/** Throws `bad_input` where it is not 32 bytes in base64. */
export function parseEncryptionKey(base64: string): Buffer {
  const key = Buffer.from(base64, 'base64')
  if (key.length !== 32)
    throw new AppError('bad_input', 'MOORAGE_ENCRYPTION_KEY must be 32 bytes in base64.', {
      hint: 'Make one with: openssl rand -base64 32',
    })
  return key
}

/** AES-256-GCM; `v1.<nonce>.<ciphertext and tag>`, each in base64url. `context` must match to open. */
export function seal(key: EncryptionKey, plain: string, context: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keysOf(key)[0], nonce)
  cipher.setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`
}

/** What `seal` sealed with the present key or the one before it. Throws `internal` where neither fits. */
export function open(key: EncryptionKey, box: string, context: string): string {
  const [current, previous] = keysOf(key)
  try {
    return openWith(current, box, context)
  } catch (cause) {
    if (previous) return open(previous, box, context)
    throw new AppError('internal', 'A stored secret cannot be decrypted.', {
      message: `secret for ${context} cannot be opened with the present key`,
      hint: 'Was MOORAGE_ENCRYPTION_KEY changed? Set the old one again, or enter the value anew.',
      cause,
    })
  }
}

/** The box sealed anew with the current key, or null where it is already. Throws as `open` does. */
export function reseal(key: EncryptionKey, box: string, context: string): string | null {
  try {
    openWith(keysOf(key)[0], box, context)
    return null
  } catch {
    return seal(key, open(key, box, context), context)
  }
}

function keysOf(key: EncryptionKey): [Buffer, Buffer?] {
  return Buffer.isBuffer(key) ? [key] : [key.current, key.previous]
}

function openWith(key: Buffer, box: string, context: string): string {
  const [version, nonce, sealed] = box.split('.')
  if (version !== 'v1' || !nonce || !sealed) throw new Error('not a sealed value')
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(bytes.subarray(-16))
  return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
}
