import { createHmac } from 'node:crypto'
import { guardedFetch } from '@moorage/access/guarded-fetch'
import { createMail } from '@moorage/access/mail'
import type { NotificationKind } from '@moorage/db/client'
import { type Notice, noticeLine } from '@moorage/deployments/notifications/notice'
import { AppError } from '@moorage/domain/error'
import type { Env } from '../env.ts'

const timeoutMs = 10_000

type To = { kind: NotificationKind; address: string; secret: string | null }
type Content = { deliveryId: string; notice: Notice }

/** In words, how it went. Throws with the reason where it did not arrive. */
export async function sendNotice(env: Env, to: To, content: Content): Promise<string> {
  const { notice, deliveryId } = content
  const links = linkTo(env, notice)
  switch (to.kind) {
    case 'webhook':
      return post(env, to, JSON.stringify({ ...notice, id: deliveryId, url: links }), notice.event)
    case 'slack':
      return post(env, to, JSON.stringify({ text: slackText(notice, links) }), notice.event)
    case 'email':
      return letter(env, to, `${noticeLine(notice)}\n${links ?? ''}`.trim())
  }
}

async function letter(env: Env, to: To, text: string): Promise<string> {
  if (!env.MOORAGE_SMTP_URL)
    throw new AppError('unavailable', 'This platform has no mail server.', {
      hint: 'An operator can name one: MOORAGE_SMTP_URL.',
    })
  const [subject = ''] = text.split('\n')
  const mail = createMail(env.MOORAGE_SMTP_URL, env.MOORAGE_MAIL_FROM)
  await mail.send({ to: to.address, subject, text })
  return 'Handed to the mail server.'
}

async function post(env: Env, to: To, body: string, event: Notice['event']): Promise<string> {
  const guard = { trustedHosts: env.MOORAGE_TRUSTED_NOTIFICATION_HOSTS, timeoutMs }
  const guarded = guardedFetch({ ...guard, caFile: env.MOORAGE_BUILD_CA_FILE })
  try {
    const response = await guarded.fetch(to.address, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'Content-Type': 'application/json',
        'User-Agent': 'Moorage',
        'Moorage-Event': event,
        ...(to.secret ? { 'Moorage-Signature': signature(to.secret, body) } : {}),
      },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    if (response.ok) return `${response.status}`
    throw new AppError('unavailable', `It answered ${response.status}.`)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('unavailable', reasonOf(error), { cause: error })
  } finally {
    void guarded.close()
  }
}

/** Over time and body, so that neither can be changed and an old delivery not be sent again. */
function signature(secret: string, body: string): string {
  const time = Math.floor(Date.now() / 1000)
  const mac = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')
  return `t=${time},v1=${mac}`
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (cause instanceof Error && 'code' in cause && cause.code === 'EPRIVATE')
    return 'Its host is in a private network: an operator can allow it with MOORAGE_TRUSTED_NOTIFICATION_HOSTS.'
  if (cause instanceof Error && cause.name === 'TimeoutError') return 'It did not answer in time.'
  return `It could not be reached: ${cause instanceof Error ? cause.message : String(cause)}`
}

function linkTo(env: Env, { server, deployment }: Notice): string | null {
  if (!env.MOORAGE_DASHBOARD_URL || !server) return null
  const page = deployment ? `/deployments/${deployment.id}` : ''
  return `${env.MOORAGE_DASHBOARD_URL}/servers/${server.slug}${page}`
}

/** Slack's mark-up: what stands between angle brackets is a link, so a name must hold none. */
function slackText(notice: Notice, link: string | null): string {
  const text = noticeLine(notice).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return link ? `${text} <${link}|Open it>` : text
}
