import { randomBytes } from 'node:crypto'
import { open, seal } from '@moorage/access/secret-box'
import type {
  NoticeStatus,
  NotificationEvent,
  NotificationKind,
  NotificationTarget,
} from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import { newId } from '@moorage/domain/id'
import { z } from 'zod'
import type { Deps } from '../deps.ts'
import type { Notice } from './notice.ts'

const maxTargets = 20

/** For `seal`. */
export const targetContext = (id: string, field: 'address' | 'secret') =>
  `notification:${id}:${field}`

export type TargetView = {
  id: string
  kind: NotificationKind
  name: string
  /** Of a URL the host alone: the rest may be a secret. */
  to: string
  events: NotificationEvent[]
  createdAt: Date
  last: DeliveryView | null
}

export type DeliveryView = {
  event: NotificationEvent
  status: NoticeStatus
  attempts: number
  result: string | null
  createdAt: Date
}

/** `secret` is what its deliveries are signed with: in this answer, and never again. */
export async function addTarget(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: {
    teamId: string
    kind: NotificationKind
    name: string
    address: string
    events: NotificationEvent[]
  },
): Promise<TargetView & { secret: string | null }> {
  const { teamId, kind, name, events } = input
  const address = checkAddress(kind, input.address.trim())
  if ((await deps.db.notificationTarget.count({ where: { teamId } })) >= maxTargets)
    throw new AppError('bad_input', `A team has ${maxTargets} targets at most.`)
  const id = newId('ntf')
  const secret = kind === 'webhook' ? `whsec_${randomBytes(32).toString('base64url')}` : null
  const sealed = (value: string, field: 'address' | 'secret') =>
    seal(deps.encryptionKey, value, targetContext(id, field))
  const row = await deps.db.notificationTarget.create({
    data: {
      ...{ id, teamId, kind, name, events },
      address: sealed(address, 'address'),
      secret: secret && sealed(secret, 'secret'),
    },
  })
  return { ...viewOf(deps, row, null), secret }
}

export async function listTargets(
  deps: Pick<Deps, 'db' | 'encryptionKey'>,
  input: { teamId: string },
): Promise<TargetView[]> {
  const rows = await deps.db.notificationTarget.findMany({
    where: input,
    include: { deliveries: { orderBy: { createdAt: 'desc' }, take: 1 } },
    orderBy: { createdAt: 'asc' },
  })
  return rows.map((row) => viewOf(deps, row, row.deliveries[0] ?? null))
}

/** What was not delivered yet goes with it. Throws `not_found`. */
export async function removeTarget(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; id: string },
): Promise<void> {
  const { count } = await deps.db.notificationTarget.deleteMany({ where: input })
  if (count === 0) throw gone()
}

/** Its result is in the list within seconds. */
export async function testTarget(
  deps: Pick<Deps, 'db'>,
  input: { teamId: string; id: string },
): Promise<void> {
  const target = await deps.db.notificationTarget.findFirst({
    where: input,
    include: { team: true },
  })
  if (!target) throw gone()
  const notice: Notice = {
    event: 'test',
    team: target.team.slug,
    server: null,
    deployment: null,
    at: new Date().toISOString(),
  }
  await deps.db.notificationDelivery.create({
    data: { id: newId('dlv'), targetId: target.id, event: 'test', notice },
  })
}

function gone(): AppError {
  return new AppError('not_found', 'The team has no such target.', {
    hint: 'They are listed by: moorage notifications',
  })
}

function checkAddress(kind: NotificationKind, address: string): string {
  const isGood =
    kind === 'email'
      ? z.email().max(320).safeParse(address).success
      : z
          .url({ protocol: /^https?$/ })
          .max(2000)
          .safeParse(address).success
  if (isGood) return address
  throw new AppError(
    'bad_input',
    kind === 'email' ? 'That is no e-mail address.' : 'A webhook is an https address.',
  )
}

function viewOf(
  deps: Pick<Deps, 'encryptionKey'>,
  row: NotificationTarget,
  last: DeliveryView | null,
): TargetView {
  const address = open(deps.encryptionKey, row.address, targetContext(row.id, 'address'))
  const { id, kind, name, events, createdAt } = row
  const to = kind === 'email' ? address : new URL(address).host
  return { ...{ id, kind, name, to, events, createdAt }, last: last && deliveryView(last) }
}

function deliveryView({ event, status, attempts, result, createdAt }: DeliveryView): DeliveryView {
  return { event, status, attempts, result, createdAt }
}
