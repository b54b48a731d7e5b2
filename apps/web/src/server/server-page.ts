import { cache } from 'react'
import { orNotFound } from './or-not-found.ts'
import { requireSession } from './page-session.ts'

/** The session and the server of a page under /servers/[slug]; layout and page share one read. */
export const serverPage = cache(async (slug: string) => {
  const session = await requireSession(`/servers/${encodeURIComponent(slug)}`)
  const server = await orNotFound(session.api.servers.get({ slug }))
  return { session, server }
})
