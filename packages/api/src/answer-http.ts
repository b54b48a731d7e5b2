import { errorTable, toAppError } from '@moorage/domain/error'

/** What is asked for outside of tRPC: what `take` gives, or what is wrong as JSON. `what` names it in the log. */
export async function answerHttp(what: string, take: () => Promise<Response>): Promise<Response> {
  try {
    return await take()
  } catch (thrown) {
    const error = toAppError(thrown)
    const { httpStatus, fault } = errorTable[error.code]
    if (fault === 'platform') console.error(`${what}: ${error.message}`, error.cause ?? '')
    const { code, userMessage: message, hint } = error
    return Response.json({ error: { code, message, hint } }, { status: httpStatus })
  }
}
