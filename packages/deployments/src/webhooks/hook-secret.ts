import { randomBytes } from 'node:crypto'
import { notFound } from '@moorage/access/principal'
import { type EncryptionKey, open, seal } from '@moorage/access/secret-box'
import { audit } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

/** For `seal`. */
export const hookSecretContext = (serverId: string) => `hook-secret:${serverId}`

/** A new secret for the webhook of a server; shown this once. The one before is refused from now on. */
export async function rotateHookSecret(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { teamId: string; serverId: string },
  actor: Actor,
): Promise<string> {
  const where = { id: input.serverId, teamId: input.teamId }
  const server = await deps.db.server.findFirst({ where })
  if (!server) throw notFound('server')
  const secret = randomBytes(32).toString('hex')
  await deps.db.server.update({
    where,
    data: { hookSecret: seal(deps.encryptionKey, secret, hookSecretContext(server.id)) },
  })
  await audit(deps, actor, 'webhook.rotate', server)
  return secret
}

/** Throws as `open` of secret-box.ts does. */
export function openHookSecret(key: EncryptionKey, serverId: string, sealed: string): string {
  return open(key, sealed, hookSecretContext(serverId))
}
