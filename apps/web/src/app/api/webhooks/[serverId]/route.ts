import { receiveDelivery } from '@moorage/deployments/webhooks/receive-delivery'
import { AppError, errorTable, toAppError } from '@moorage/domain/error'
import { webDeps } from '../../../../server/deps.ts'

export const dynamic = 'force-dynamic'

const maxBodyBytes = 5 * 1024 * 1024

/** What a forge tells a server; every forge sends to this one address. */
export async function POST(
  request: Request,
  { params }: { params: Promise<{ serverId: string }> },
): Promise<Response> {
  const { serverId } = await params
  try {
    const received = await receiveDelivery(await webDeps(), {
      serverId,
      headers: request.headers,
      readBody: () => readBody(request),
    })
    return Response.json(received, { status: received.isNew ? 202 : 200 })
  } catch (thrown) {
    const error = toAppError(thrown)
    const { httpStatus, fault } = errorTable[error.code]
    if (fault === 'platform') console.error(`webhook: ${error.message}`, error.cause ?? '')
    const { code, userMessage: message, hint } = error
    return Response.json({ error: { code, message, hint } }, { status: httpStatus })
  }
}

/** The raw bytes, which are what is signed; cut off past the cap, whatever length was announced. */
async function readBody(request: Request): Promise<Uint8Array> {
  const tooLarge = new AppError('too_large', 'This delivery is over 5 MB.')
  if (Number(request.headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
