import type { Principal } from '@moorage/access/principal'
import { createCaller } from '@moorage/api/app-router'
import { type Action, roleMay } from '@moorage/domain/permission'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { apiContext } from './api-context.ts'

export type PageSession = {
  person: Extract<Principal, { kind: 'user' }>
  /** The team that new things go to. */
  team: { slug: string; name: string }
  /** The whole API, called in this process, with this person's rights. */
  api: ReturnType<typeof createCaller>
  urls: { routerUrl: string; gitUrl: string; dashboardUrl: string }
  version: string
  /** What of the isolation is not in force, for admins. */
  warnings: string[]
  /** What to offer; the API itself refuses what is not allowed. */
  may: (teamSlug: string, action: Action) => boolean
}

/** Who looks at this page, or null. One look-up a request, however many components ask. */
export const findSession = cache(async (): Promise<PageSession | null> => {
  const context = await apiContext(await headers())
  const { principal } = context
  if (principal?.kind !== 'user') return null
  const api = createCaller(context)
  const { teams, warnings } = await api.me.get()
  const team = teams[0]
  if (!team) return null
  return {
    person: principal,
    team,
    api,
    urls: context.urls,
    version: context.version,
    warnings,
    may: (teamSlug, action) => {
      const membership = principal.memberships.find((row) => row.teamSlug === teamSlug)
      return membership !== undefined && roleMay(membership.role, action)
    },
  }
})

/** Every page asks for itself: nobody passes because a layout or a middleware was asked before. */
export async function requireSession(path: string): Promise<PageSession> {
  const session = await findSession()
  if (!session) redirect(`/sign-in?next=${encodeURIComponent(path)}`)
  return session
}
