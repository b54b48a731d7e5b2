import type { Db } from '@moorage/db/client'
import { roleMay } from '@moorage/domain/permission'
import type { Endpoint } from './endpoint.ts'

/** May this person let a client call the server for them? Whoever may call it. */
export async function mayGrant(
  { db }: { db: Db },
  userId: string,
  { teamId }: Pick<Endpoint, 'teamId'>,
): Promise<boolean> {
  const member = await db.member.findUnique({ where: { teamId_userId: { teamId, userId } } })
  return member !== null && roleMay(member.role, 'server.call')
}
