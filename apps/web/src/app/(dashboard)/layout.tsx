import type { ReactNode } from 'react'
import { findSession } from '../../server/page-session.ts'
import { Shell } from '../../shell/shell.tsx'

/** Draws the frame. It guards nothing: each page asks for the session itself. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const session = await findSession()
  if (!session) return children
  const { name, email } = session.person
  return (
    <Shell
      team={session.team}
      teams={session.teams}
      person={{ name, email }}
      version={session.version}
    >
      {children}
    </Shell>
  )
}
