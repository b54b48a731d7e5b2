import { createApiKey, principalByKey } from '@moorage/access/api-key'
import { issueSetupToken } from '@moorage/access/setup'
import type { Team } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import type { Deps } from './deps.ts'

/** What `ready.json` held when the platform last ran: keys that are still good are kept. */
export type KnownKeys = { adminApiKey?: string | undefined }

export type FirstRun = { team: Team; adminApiKey: string; setupToken: string | null }

/** The team everything belongs to until there are more, an admin key for this machine, the set-up link. */
export async function firstRun(
  deps: Pick<Deps, 'db' | 'events'>,
  known: KnownKeys,
): Promise<FirstRun> {
  const team =
    (await deps.db.team.findFirst({ orderBy: { createdAt: 'asc' } })) ??
    (await deps.db.team.create({ data: { id: newId('team'), slug: 'default', name: 'My team' } }))
  const stillGood = known.adminApiKey ? await principalByKey(deps, known.adminApiKey) : null
  const adminApiKey =
    stillGood && known.adminApiKey
      ? known.adminApiKey
      : (
          await createApiKey(deps, {
            teamId: team.id,
            serverId: null,
            name: 'npm start on this machine',
            scopes: ['admin'],
            expiresAt: null,
            createdById: null,
          })
        ).key
  return { team, adminApiKey, setupToken: await issueSetupToken(deps) }
}
