import { open } from '@moorage/access/secret-box'
import type { NotificationDelivery, NotificationTarget } from '@moorage/db/client'
import { noticeSchema } from '@moorage/deployments/notifications/notice'
import { targetContext } from '@moorage/deployments/notifications/targets'
import { toAppError } from '@moorage/domain/error'
import type { Builder } from '../context.ts'
import { sendNotice } from './send-notice.ts'

/** Pauses after each attempt that failed; after the last one it is given up. */
const pausesMs = [30_000, 120_000, 600_000, 3_600_000]
const atOnce = 20
/** A builder that died while it sent: another one sends again. */
const claimMs = 60_000
const keptMs = 30 * 86_400_000

type Row = NotificationDelivery & { target: NotificationTarget }

/** Sends what is due, each at least once. */
export async function deliverNotices(builder: Builder): Promise<void> {
  const { db } = builder.deps
  const due = await db.notificationDelivery.findMany({
    where: { status: 'waiting', dueAt: { lte: new Date() } },
    include: { target: true },
    orderBy: { dueAt: 'asc' },
    take: atOnce,
  })
  await Promise.all(due.map((row) => deliver(builder, row)))
}

/** Old deliveries go; what was sent is in the audit of whoever got it. */
export async function forgetNotices({ deps }: Builder): Promise<void> {
  const createdAt = { lt: new Date(Date.now() - keptMs) }
  await deps.db.notificationDelivery.deleteMany({
    where: { createdAt, status: { not: 'waiting' } },
  })
}

async function deliver(builder: Builder, row: Row): Promise<void> {
  const { db } = builder.deps
  const attempt = row.attempts + 1
  const { count } = await db.notificationDelivery.updateMany({
    where: { id: row.id, status: 'waiting', attempts: row.attempts },
    data: { attempts: attempt, dueAt: new Date(Date.now() + claimMs) },
  })
  if (count === 0) return // Another builder has it.
  const { status, result } = await attemptOf(builder, row)
  const pauseMs = pausesMs[row.attempts]
  const isOver = status === 'delivered' || pauseMs === undefined || row.event === 'test'
  await db.notificationDelivery.updateMany({
    where: { id: row.id, status: 'waiting', attempts: attempt },
    data: isOver
      ? { status, result, finishedAt: new Date() }
      : { result, dueAt: new Date(Date.now() + pauseMs) },
  })
}

async function attemptOf(
  builder: Builder,
  { id, notice, target }: Row,
): Promise<{ status: 'delivered' | 'failed'; result: string }> {
  try {
    const key = builder.deps.encryptionKey
    const address = open(key, target.address, targetContext(target.id, 'address'))
    const secret = target.secret && open(key, target.secret, targetContext(target.id, 'secret'))
    const content = { deliveryId: id, notice: noticeSchema.parse(notice) }
    const result = await sendNotice(builder.env, { kind: target.kind, address, secret }, content)
    return { status: 'delivered', result }
  } catch (error) {
    return { status: 'failed', result: toAppError(error).userMessage.slice(0, 300) }
  }
}
