import { answerHttp } from '@moorage/api/answer-http'
import { receiveDelivery } from '@moorage/deployments/webhooks/receive-delivery'
import { webDeps } from '../../../../server/deps.ts'
import { readDelivery } from '../../../../webhooks/read-delivery.ts'

export const dynamic = 'force-dynamic'

/** What a forge tells a server; every forge sends to this one address. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ serverId: string }> },
): Promise<Response> {
  const { serverId } = await params
  return answerHttp('webhook', async () => {
    const received = await receiveDelivery(await webDeps(), {
      serverId,
      headers: request.headers,
      readBody: () => readDelivery(request),
    })
    return Response.json(received, { status: received.isNew ? 202 : 200 })
  })
}
