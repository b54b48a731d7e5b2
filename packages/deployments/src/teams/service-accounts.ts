import {
  type ClientSecret,
  issueClientSecret,
  removeClientSecret,
} from '@moorage/access/machine-client'
import { notFound } from '@moorage/access/principal'
import { Prisma, type ServiceAccount } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import type { Role } from '@moorage/domain/permission'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

type About = { teamId: string; id: string }

/** Throws `conflict` where the team has one of that name. */
export async function createServiceAccount(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; name: string; role: Role },
  actor: Actor,
): Promise<ServiceAccount> {
  const row = await deps.db.serviceAccount
    .create({ data: { id: newId('sa'), ...input } })
    .catch((error: unknown) => {
      if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
        throw new AppError('conflict', `There is a service account "${input.name}" already.`)
      throw error
    })
  const about = { teamId: input.teamId, target: input.name }
  await auditTeam(deps, actor, 'service-account.create', about, { role: input.role })
  return row
}

/** Its keys may from now on what the new role may. */
export async function changeServiceAccount(
  deps: Pick<Deps, 'db' | 'events'>,
  { role, ...where }: About & { role: Role },
  actor: Actor,
): Promise<ServiceAccount> {
  const [row] = await deps.db.serviceAccount.updateManyAndReturn({ where, data: { role } })
  if (!row) throw notFound('service account')
  await deps.events.publish({ type: 'person', userId: row.id })
  const about = { teamId: where.teamId, target: row.name }
  await auditTeam(deps, actor, 'service-account.change', about, { role })
  return row
}

/** Its keys and its client secret end with it. */
export async function removeServiceAccount(
  deps: Pick<Deps, 'db' | 'events'>,
  where: About,
  actor: Actor,
): Promise<void> {
  const row = await deps.db.serviceAccount.findFirst({
    where,
    include: { keys: { select: { id: true } } },
  })
  if (!row) throw notFound('service account')
  await deps.db.serviceAccount.deleteMany({ where })
  await deps.events.publish({ type: 'person', userId: row.id })
  for (const { id } of row.keys) await deps.events.publish({ type: 'key', keyId: id })
  const about = { teamId: where.teamId, target: row.name }
  await auditTeam(deps, actor, 'service-account.remove', about, { keys: row.keys.length })
}

/** See issueClientSecret. */
export async function issueSecret(
  deps: Pick<Deps, 'db' | 'events'>,
  { teamId, id }: About,
  actor: Actor,
): Promise<ClientSecret> {
  const { name: target } = await findAccount(deps, { teamId, id })
  const issued = await issueClientSecret(deps, { id, name: target })
  await auditTeam(deps, actor, 'service-account.secret', { teamId, target })
  return issued
}

/** Its tokens are refused at once. Where there is no secret, nothing happens. */
export async function revokeSecret(
  deps: Pick<Deps, 'db' | 'events'>,
  { teamId, id }: About,
  actor: Actor,
): Promise<void> {
  const { name: target } = await findAccount(deps, { teamId, id })
  await removeClientSecret(deps, id)
  await auditTeam(deps, actor, 'service-account.revoke-secret', { teamId, target })
}

async function findAccount(deps: Pick<Deps, 'db'>, where: About): Promise<ServiceAccount> {
  const row = await deps.db.serviceAccount.findFirst({ where })
  if (!row) throw notFound('service account')
  return row
}
