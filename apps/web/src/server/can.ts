import type { PageSession } from './page-session.ts'

/** What this person is offered on a server's pages. */
export type Can = {
  deploy: boolean
  update: boolean
  remove: boolean
  readEnv: boolean
  writeEnv: boolean
  readKeys: boolean
  writeKeys: boolean
}

export function canOn(session: PageSession, teamSlug: string): Can {
  return {
    deploy: session.may(teamSlug, 'deployment.create'),
    update: session.may(teamSlug, 'server.update'),
    remove: session.may(teamSlug, 'server.delete'),
    readEnv: session.may(teamSlug, 'env.read'),
    writeEnv: session.may(teamSlug, 'env.write'),
    readKeys: session.may(teamSlug, 'key.read'),
    writeKeys: session.may(teamSlug, 'key.write'),
  }
}
