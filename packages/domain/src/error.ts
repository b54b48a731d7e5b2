/** Every way in which a request or a step can go wrong. */
export const errorCodes = [
  'bad_input',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'too_large',
  'rate_limited',
  'fetch_failed',
  'plan_failed',
  'build_failed',
  'start_failed',
  'handshake_failed',
  'timed_out',
  'canceled',
  'unavailable',
  'internal',
] as const
export type ErrorCode = (typeof errorCodes)[number]

type ErrorFacts = {
  httpStatus: number
  trpcCode:
    | 'BAD_REQUEST'
    | 'UNAUTHORIZED'
    | 'FORBIDDEN'
    | 'NOT_FOUND'
    | 'CONFLICT'
    | 'PAYLOAD_TOO_LARGE'
    | 'TOO_MANY_REQUESTS'
    | 'UNPROCESSABLE_CONTENT'
    | 'TIMEOUT'
    | 'CLIENT_CLOSED_REQUEST'
    | 'SERVICE_UNAVAILABLE'
    | 'INTERNAL_SERVER_ERROR'
  /** May the same request go through later, unchanged? */
  retryable: boolean
  fault: 'caller' | 'platform'
}

const unprocessable = (retryable: boolean): ErrorFacts => ({
  httpStatus: 422,
  trpcCode: 'UNPROCESSABLE_CONTENT',
  retryable,
  fault: 'caller',
})

/** One table from code to what each edge makes of it. */
export const errorTable: Record<ErrorCode, ErrorFacts> = {
  bad_input: { httpStatus: 400, trpcCode: 'BAD_REQUEST', retryable: false, fault: 'caller' },
  unauthenticated: { httpStatus: 401, trpcCode: 'UNAUTHORIZED', retryable: false, fault: 'caller' },
  forbidden: { httpStatus: 403, trpcCode: 'FORBIDDEN', retryable: false, fault: 'caller' },
  not_found: { httpStatus: 404, trpcCode: 'NOT_FOUND', retryable: false, fault: 'caller' },
  conflict: { httpStatus: 409, trpcCode: 'CONFLICT', retryable: false, fault: 'caller' },
  too_large: { httpStatus: 413, trpcCode: 'PAYLOAD_TOO_LARGE', retryable: false, fault: 'caller' },
  rate_limited: {
    httpStatus: 429,
    trpcCode: 'TOO_MANY_REQUESTS',
    retryable: true,
    fault: 'caller',
  },
  fetch_failed: unprocessable(true),
  plan_failed: unprocessable(false),
  build_failed: unprocessable(false),
  start_failed: unprocessable(false),
  handshake_failed: unprocessable(false),
  timed_out: { httpStatus: 504, trpcCode: 'TIMEOUT', retryable: true, fault: 'caller' },
  canceled: {
    httpStatus: 499,
    trpcCode: 'CLIENT_CLOSED_REQUEST',
    retryable: false,
    fault: 'caller',
  },
  unavailable: {
    httpStatus: 503,
    trpcCode: 'SERVICE_UNAVAILABLE',
    retryable: true,
    fault: 'platform',
  },
  internal: {
    httpStatus: 500,
    trpcCode: 'INTERNAL_SERVER_ERROR',
    retryable: true,
    fault: 'platform',
  },
}

type AppErrorOptions = {
  /** What to do next. */
  hint?: string
  /** For operators' logs only: may hold secrets and never leaves the process. */
  message?: string
  cause?: unknown
  /** Where a command ended with one. */
  exitCode?: number
}

/** The one error type of the core. Thrown where the fault is found, translated only at the edges. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly userMessage: string
  readonly hint: string | null
  readonly exitCode: number | null

  constructor(code: ErrorCode, userMessage: string, options: AppErrorOptions = {}) {
    super(options.message ?? userMessage, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.userMessage = userMessage
    this.hint = options.hint ?? null
    this.exitCode = options.exitCode ?? null
  }
}

/** Any thrown thing as an AppError; what is not ours becomes `internal` and keeps its cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new AppError('internal', 'Something went wrong on our side.', {
    message,
    cause: error,
    hint: 'Try again; if it stays, the operator finds the details in the platform log.',
  })
}
