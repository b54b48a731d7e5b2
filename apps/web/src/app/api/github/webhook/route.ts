import { answerHttp } from '@moorage/api/answer-http'
import { receiveAppDelivery } from '@moorage/deployments/github/receive-app-delivery'
import { webDeps } from '../../../../server/deps.ts'
import { readDelivery } from '../../../../webhooks/read-delivery.ts'

export const dynamic = 'force-dynamic'

/** What GitHub tells the platform's App, of every account that it is installed on. */
export async function POST(request: Request): Promise<Response> {
  return answerHttp('webhook', async () => {
    const taken = await receiveAppDelivery(await webDeps(), {
      headers: request.headers,
      readBody: () => readDelivery(request),
    })
    return Response.json(taken, { status: 202 })
  })
}
