import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '@moorage/domain/error'

/** 32 bytes. Parsed from base64 by `parseEncryptionKey`. */
export type EncryptionKey = Buffer

export function parseEncryptionKey(base64: string): EncryptionKey {
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
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${nonce.toString('base64url')}.${sealed.toString('base64url')}`
}

export function open(key: EncryptionKey, box: string, context: string): string {
  const [version, nonce, sealed] = box.split('.')
  try {
    if (version !== 'v1' || !nonce || !sealed) throw new Error('not a sealed value')
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'))
    decipher.setAAD(Buffer.from(context))
    decipher.setAuthTag(bytes.subarray(-16))
    return decipher.update(bytes.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')
  } catch (cause) {
    throw new AppError('internal', 'A stored secret cannot be decrypted.', {
      message: `secret for ${context} cannot be opened with the present key`,
      hint: 'Was MOORAGE_ENCRYPTION_KEY changed? Set the old one again, or enter the value anew.',
      cause,
    })
  }
}
