import { TRPCError } from '@trpc/server'
import { notFound } from 'next/navigation'

/** A page of what does not exist, or may not be seen, is the 404 page. */
export async function orNotFound<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call
  } catch (error) {
    if (error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST'))
      notFound()
    throw error
  }
}
