import { TRPCError } from '@trpc/server'

/** Null for what is not there, or may not be seen. */
export async function orNull<Result>(call: Promise<Result>): Promise<Result | null> {
  try {
    return await call
  } catch (error) {
    const code = error instanceof TRPCError ? error.code : null
    if (code === 'NOT_FOUND' || code === 'FORBIDDEN' || code === 'BAD_REQUEST') return null
    throw error
  }
}
