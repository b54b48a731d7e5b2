import { authorize, may, notFound, type Principal } from '@moorage/access/principal'
import type { Server } from '@moorage/db/client'
import { AppError } from '@moorage/domain/error'
import type { Action } from '@moorage/domain/permission'
import { slugSchema } from '@moorage/domain/slug'
import type { App } from './app.ts'

type Caller = Principal & { kind: 'key' }

/** The server, for a key that may do `action` with it. Null where there is none of that name. */
export async function findServer(
  app: App,
  principal: Caller,
  slug: string,
  action: Action,
): Promise<Server | null> {
  const server = await app.deps.db.server.findUnique({ where: { slug } })
  if (!server) return null
  const target = { teamId: server.teamId, serverId: server.id }
  // Such a key knows the server from its URL already; it is told what it lacks.
  if (!may(principal, 'server.read', target) && may(principal, 'server.call', target))
    throw new AppError(
      'forbidden',
      'This key may call the server, but not push to it or read it.',
      {
        hint: 'Use a key with a wider scope: moorage keys create --scope deploy',
      },
    )
  authorize(principal, action, target)
  return server
}

/** Throws where this key may not make a server of that name by pushing to it. */
export function mayCreate(principal: Caller, slug: string): void {
  const target = { teamId: principal.teamId }
  if (!may(principal, 'server.create', target)) {
    if (!may(principal, 'team.read', target)) throw notFound('server')
    throw new AppError(
      'forbidden',
      `There is no server "${slug}", and this key may not make one.`,
      {
        hint: 'Make a key with: moorage keys create --scope deploy',
      },
    )
  }
  const checked = slugSchema.safeParse(slug)
  if (checked.success) return
  throw new AppError('bad_input', `"${slug.slice(0, 60)}" cannot be a server's name.`, {
    hint: checked.error.issues[0]?.message ?? 'Use 3 to 40 of a-z, 0-9 and single hyphens.',
  })
}
