import type { Principal } from '@moorage/access/principal'
import { createCaller } from '@moorage/api/app-router'
import { type Action, type Role, roleMay } from '@moorage/domain/permission'
import { cookies, headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { cache } from 'react'
import { teamCookie } from '../shell/team-cookie.ts'
import { apiContext } from './api-context.ts'

export type PersonSession = {
  person: Extract<Principal, { kind: 'user' }>
  teams: Membership[]
  /** The whole API, called in this process, with this person's rights. */
  api: ReturnType<typeof createCaller>
  urls: { routerUrl: string; gitUrl: string; dashboardUrl: string }
  version: string
  /** What of the isolation is not in force, for admins. */
  warnings: string[]
  /** What to offer; the API itself refuses what is not allowed. */
  may: (teamSlug: string, action: Action) => boolean
}

/** `team` is the one that was chosen last: lists are of it, and new things go to it. */
export type PageSession = PersonSession & { team: Membership }

type Membership = { slug: string; name: string; role: Role | null }

/** Who looks at this page, or null. One look-up a request, however many components ask. */
export const findPerson = cache(async (): Promise<PersonSession | null> => {
  const context = await apiContext(await headers())
  const { principal } = context
  if (principal?.kind !== 'user') return null
  const api = createCaller(context)
  const { teams, warnings } = await api.me.get()
  return {
    person: principal,
    teams,
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

/** The same with the chosen team; null too for who is in none. */
export async function findSession(): Promise<PageSession | null> {
  const session = await findPerson()
  if (!session) return null
  const chosen = (await cookies()).get(teamCookie)?.value
  const team = session.teams.find(({ slug }) => slug === chosen) ?? session.teams[0]
  return team ? { ...session, team } : null
}

/** Every page asks for itself: nobody passes because a layout or a middleware was asked before. */
export async function requireSession(path: string): Promise<PageSession> {
  await requirePerson(path)
  return (await findSession()) ?? redirect('/no-team')
}

/** For pages that need no team. */
export async function requirePerson(path: string): Promise<PersonSession> {
  return (await findPerson()) ?? redirect(`/sign-in?next=${encodeURIComponent(path)}`)
}
