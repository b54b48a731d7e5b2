import { generateKeyPairSync } from 'node:crypto'
import { type EncryptionKey, open, seal } from '@moorage/access/secret-box'

/**
 * An ed25519 pair: the public half, in OpenSSH's one-line form, is for the forge; the private half
 * is stored sealed and leaves only as a file of one fetch.
 */
export function makeDeployKey(
  key: EncryptionKey,
  serverId: string,
  slug: string,
): { sealedPrivateKey: string; publicKey: string } {
  const pair = generateKeyPairSync('ed25519')
  const raw = pair.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)])
  const seed = pair.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32)
  return {
    publicKey: `ssh-ed25519 ${blob.toString('base64')} moorage-${slug}`,
    sealedPrivateKey: seal(key, openSshPrivateKey(seed, raw, blob), deployKeyContext(serverId)),
  }
}

/** The private key, in the form of a file for ssh. Throws as `open` of secret-box.ts does. */
export function openDeployKey(key: EncryptionKey, serverId: string, sealed: string): string {
  return open(key, sealed, deployKeyContext(serverId))
}

/** For `seal`. */
export const deployKeyContext = (serverId: string) => `deploy-key:${serverId}`

function field(data: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, data])
}

/** The openssh-key-v1 file format (OpenSSH's PROTOCOL.key), which ssh(1) alone reads for ed25519. */
function openSshPrivateKey(seed: Buffer, raw: Buffer, publicBlob: Buffer): string {
  const check = Buffer.from('moor')
  const secret = Buffer.concat([
    check,
    check,
    field(Buffer.from('ssh-ed25519')),
    field(raw),
    field(Buffer.concat([seed, raw])),
    field(Buffer.alloc(0)),
  ])
  const padding = Buffer.from(
    Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, i) => i + 1),
  )
  const none = field(Buffer.from('none'))
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    none,
    none,
    field(Buffer.alloc(0)),
    Buffer.from([0, 0, 0, 1]),
    field(publicBlob),
    field(Buffer.concat([secret, padding])),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    ...lines,
    '-----END OPENSSH PRIVATE KEY-----',
    '',
  ].join('\n')
}
