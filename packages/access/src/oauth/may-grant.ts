import type { Db } from '@moorage/db/client'
import { mayCall, readPolicy } from '@moorage/domain/policy'
import type { Endpoint } from './endpoint.ts'

/** May this person let a client call the server for them? Whoever may call it. */
export async function mayGrant(
  { db }: { db: Db },
  userId: string,
  { serverId, teamId }: Pick<Endpoint, 'serverId' | 'teamId'>,
): Promise<boolean> {
  const [server, member] = await Promise.all([
    db.server.findFirst({ where: { id: serverId, teamId }, select: { policy: true } }),
    db.member.findUnique({ where: { teamId_userId: { teamId, userId } } }),
  ])
  if (!server) return false
  const caller = { keyId: null, memberId: userId, role: member?.role ?? null }
  return mayCall(readPolicy(server.policy), caller)
}
