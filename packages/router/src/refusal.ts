import { AppError, type ErrorCode, errorTable } from '@moorage/domain/error'

/** The TypeScript SDK's code for a session that is gone, and its code for any other refusal. */
const sessionNotFoundCode = -32001
const serverErrorCode = -32000

/** `error` and `scope` of a challenge to an OAuth client (RFC 6750, 3.1). */
export type Challenge = { error: string; scopes: readonly string[] }

/** An AppError that stands for another HTTP status or JSON-RPC code than its own code's. */
class Refusal extends AppError {
  readonly httpStatus: number
  readonly rpcCode: number
  readonly retryAfterSeconds: number | null
  readonly challenge: Challenge | null

  constructor(
    code: ErrorCode,
    userMessage: string,
    options: {
      httpStatus: number
      rpcCode?: number
      hint?: string
      cause?: unknown
      retryAfterSeconds?: number
      challenge?: Challenge
    },
  ) {
    super(code, userMessage, options)
    this.httpStatus = options.httpStatus
    this.rpcCode = options.rpcCode ?? serverErrorCode
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.challenge = options.challenge ?? null
  }
}

export type RefusalStatus = {
  httpStatus: number
  rpcCode: number
  retryAfterSeconds: number | null
  challenge: Challenge | null
}

export function refusalStatus(error: AppError): RefusalStatus {
  if (error instanceof Refusal) return error
  const { httpStatus } = errorTable[error.code]
  return {
    httpStatus,
    rpcCode: serverErrorCode,
    retryAfterSeconds: httpStatus === 503 ? 2 : null,
    challenge: null,
  }
}

export function tooManyCalls(message: string, retryAfterSeconds: number): AppError {
  return new Refusal('rate_limited', message, {
    httpStatus: 429,
    retryAfterSeconds,
    hint: `Try again in ${retryAfterSeconds} s.`,
  })
}

/** The client has to get another token. */
export function tokenRefused(message: string, cause?: unknown): AppError {
  return new AppError('unauthenticated', message, {
    hint: 'Connect again from the client: it will ask you to allow it.',
    cause,
  })
}

/** The client may ask for more, with all that it needs (specification: step-up authorization). */
export function insufficientScope(scopes: readonly string[]): AppError {
  return new Refusal('forbidden', 'This access token is not good for that.', {
    httpStatus: 403,
    challenge: { error: 'insufficient_scope', scopes },
    hint: 'Connect again from the client: it will ask you to allow it.',
  })
}

/** Unknown here, ended, or another principal's, without saying which. The client initializes anew. */
export function sessionNotFound(): AppError {
  return new Refusal('not_found', 'Session not found', {
    httpStatus: 404,
    rpcCode: sessionNotFoundCode,
    hint: 'Initialize a new session.',
  })
}

/** It may well exist: the client should not give it up. */
export function sessionUnknown(): AppError {
  return new AppError('unavailable', 'This session cannot be looked up at the moment.', {
    hint: 'Try again in a moment.',
  })
}

export function noInstance(everDeployed: boolean): AppError {
  return new AppError(
    'unavailable',
    everDeployed ? 'This server is not running at the moment.' : 'Nothing is deployed here yet.',
    {
      hint: everDeployed
        ? 'Try again in a moment; if it stays, look at its log: moorage logs'
        : 'Push to it, or run: moorage deploy',
    },
  )
}

export function notAwake(): AppError {
  return new Refusal('unavailable', 'This server was asleep and is not up yet.', {
    httpStatus: 503,
    retryAfterSeconds: 5,
    hint: 'Try again in a moment; if it stays so, look at its log: moorage logs',
  })
}

export function wakeFailed(): AppError {
  return new Refusal('unavailable', 'This server was asleep and did not start again.', {
    httpStatus: 503,
    retryAfterSeconds: 10,
    hint: 'Its log says why it ended: moorage logs',
  })
}

/** The server closed or refused the connection before it answered. */
export function brokenUpstream(cause: unknown): AppError {
  return new Refusal('unavailable', 'The server behind this URL broke off the connection.', {
    httpStatus: 502,
    hint: 'Look at its log for a crash: moorage logs',
    cause,
  })
}

export function silentUpstream(): AppError {
  return new Refusal('timed_out', 'The server behind this URL did not answer.', {
    httpStatus: 504,
    hint: 'Look at its log: moorage logs',
  })
}
