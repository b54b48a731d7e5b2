import type { Db } from '@moorage/db/client'

/** The router notes two of its own: `discovery` and `call`. */
export type OauthStep = 'registration' | 'authorization' | 'consent' | 'token' | 'refresh'
/** What was wrong, and what to do about it. */
export type OauthFault = { fault: string; hint: string | null }

const keptMs = 3_600_000
/** Anyone may come, and as often as they like. */
const mostAMinute = 60

/** One line for the OAuth doctor. It never stands in the way of the client. */
export async function noteStep(
  { db }: { db: Db },
  request: Request,
  step: {
    step: OauthStep
    serverId: string | null
    clientId: string | null
    clientName?: string | null
  } & Partial<OauthFault>,
): Promise<void> {
  const { clientId } = step
  const address = request.headers.get('x-forwarded-for') ?? ''
  try {
    const at = { gt: new Date(Date.now() - 60_000) }
    if ((await db.oauthEvent.count({ where: { at, address } })) >= mostAMinute) return
    const client = clientId ? await db.oauthClient.findUnique({ where: { clientId } }) : null
    await db.oauthEvent.create({
      data: {
        ...step,
        ...{ clientId: clip(clientId), fault: clip(step.fault) },
        clientName: clip(step.clientName ?? client?.name),
        address,
      },
    })
    await db.oauthEvent.deleteMany({ where: { at: { lt: new Date(Date.now() - keptMs) } } })
  } catch (error) {
    console.warn('A step of a client towards a token could not be noted:', error)
  }
}

function clip(text: string | null | undefined): string | null {
  return text?.slice(0, 500) ?? null
}
