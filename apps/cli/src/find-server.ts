import { TRPCClientError } from '@trpc/client'
import type { ServerDetails } from './api.ts'
import type { Session } from './session.ts'

/** The server, or null where there is none of that name that may be seen. */
export async function findServer(session: Session, slug: string): Promise<ServerDetails | null> {
  try {
    return await session.api.servers.get.query({ slug })
  } catch (error) {
    if (error instanceof TRPCClientError && error.data?.code === 'NOT_FOUND') return null
    throw error
  }
}
