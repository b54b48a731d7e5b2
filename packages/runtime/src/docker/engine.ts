import { Readable } from 'node:stream'
import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
import { z } from 'zod'

/** The engine's client and what every call of the driver needs to know. */
export type Engine = { docker: Docker; platformId: string }

const engineErrorSchema = z.object({ statusCode: z.number() })

/** The HTTP status that the engine answered with, or null where it did not answer. */
export function engineStatus(error: unknown): number | null {
  const parsed = engineErrorSchema.safeParse(error)
  return parsed.success ? parsed.data.statusCode : null
}

/** The call's result, or null where the engine knows no such thing. */
export async function orNull<T>(call: Promise<T>): Promise<T | null> {
  return ignoring(call, [404])
}

/** The call's result, or null where the engine answered with one of these statuses. */
export async function ignoring<T>(
  call: Promise<T>,
  statuses: readonly number[],
): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    const status = engineStatus(error)
    if (status !== null && statuses.includes(status)) return null
    throw engineError(error)
  }
}

export function engineError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (engineStatus(error) === null)
    return new AppError('unavailable', 'The container engine does not answer.', {
      message,
      cause: error,
      hint: 'The operator should see whether Docker runs.',
    })
  return new AppError('unavailable', 'The container engine refused.', { message, cause: error })
}

type Call = {
  method: 'GET' | 'POST'
  /** Ends with `?` where there are query options. */
  path: string
  options?: Record<string, unknown>
  headers?: Record<string, string | string[]>
  file?: Readable
  isStream?: boolean
  hijack?: boolean
  abortSignal?: AbortSignal
}

/** A call that dockerode has no method for, or whose method does more than is wanted. */
export function dial(docker: Docker, call: Call): Promise<Readable> {
  const statusCodes = { 200: true, 204: true, 404: 'no such thing', 500: 'server error' }
  return new Promise((resolve, reject) => {
    docker.modem.dial({ ...call, statusCodes }, (error: unknown, answer: unknown) => {
      if (answer instanceof Readable) return resolve(answer)
      reject(error ?? new Error(`${call.path} gave no stream`))
    })
  })
}
