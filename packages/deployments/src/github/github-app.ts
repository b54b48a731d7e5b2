import { open, reseal, seal } from '@moorage/access/secret-box'
import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { auditTeam } from '../audit.ts'
import type { Actor, Deps } from '../deps.ts'

type Keyed = Pick<Deps, 'db' | 'encryptionKey'>

/** The row of Setting that holds it, and the context for `seal`. */
const setting = 'github-app'

const secretsSchema = z.object({
  privateKey: z.string(),
  clientSecret: z.string(),
  /** Null: made by a platform that GitHub cannot send to. */
  webhookSecret: z.string().nullable(),
})
const storedSchema = z.object({
  appId: z.number(),
  slug: z.string(),
  name: z.string(),
  /** Its page at GitHub. */
  page: z.string(),
  clientId: z.string(),
  sealed: z.string(),
})

/** The platform's own App at GitHub; there is one at most. */
export type GithubApp = Omit<z.infer<typeof storedSchema>, 'sealed'> & z.infer<typeof secretsSchema>
export type GithubAppView = Pick<GithubApp, 'name' | 'page'> & { hasWebhook: boolean }

/** Throws `conflict` where there is one already: two people may make it at once. */
export async function saveGithubApp({ db, encryptionKey }: Keyed, app: GithubApp): Promise<void> {
  const { privateKey, clientSecret, webhookSecret, ...open } = app
  const secrets = JSON.stringify({ privateKey, clientSecret, webhookSecret })
  const value = { ...open, sealed: seal(encryptionKey, secrets, setting) }
  const { count } = await db.setting.createMany({
    data: [{ key: setting, value }],
    skipDuplicates: true,
  })
  if (count === 0) throw new AppError('conflict', 'This platform has a GitHub App already.')
}

/** With its secrets, opened; null where none was made. */
export async function findGithubApp({ db, encryptionKey }: Keyed): Promise<GithubApp | null> {
  const row = await db.setting.findUnique({ where: { key: setting } })
  const stored = storedSchema.safeParse(row?.value).data
  if (!stored) return null
  const { sealed, ...app } = stored
  return { ...app, ...secretsSchema.parse(JSON.parse(open(encryptionKey, sealed, setting))) }
}

/** The same, and `conflict` thrown where there is none. */
export async function githubApp(deps: Keyed): Promise<GithubApp> {
  const app = await findGithubApp(deps)
  if (app) return app
  throw new AppError('conflict', 'This platform has no GitHub App yet.', {
    hint: 'An operator makes one on the page Team, GitHub.',
  })
}

/** With what it connected. At GitHub it stays until somebody deletes it there. */
export async function forgetGithubApp({ db }: Pick<Deps, 'db'>, actor: Actor): Promise<void> {
  const [{ count }] = await db.$transaction([
    db.setting.deleteMany({ where: { key: setting } }),
    db.githubInstallation.deleteMany(),
  ])
  if (count > 0) await auditApp({ db }, actor, 'github-app.forget')
}

/** In the record of the first team, whose admins are the operators. */
export async function auditApp(
  { db }: Pick<Deps, 'db'>,
  actor: Actor,
  action: 'github-app.make' | 'github-app.forget',
): Promise<void> {
  const { id: teamId } = await db.team.findFirstOrThrow({ orderBy: { createdAt: 'asc' } })
  await auditTeam({ db }, actor, action, { teamId, target: 'GitHub App' })
}

/** For `resealSecrets`: 1 where it was sealed with the key of before. */
export async function resealGithubApp({ db, encryptionKey }: Keyed): Promise<number> {
  const row = await db.setting.findUnique({ where: { key: setting } })
  const stored = storedSchema.safeParse(row?.value).data
  const sealed = stored && reseal(encryptionKey, stored.sealed, setting)
  if (!sealed) return 0
  const where = { key: setting, value: { equals: stored } }
  return (await db.setting.updateMany({ where, data: { value: { ...stored, sealed } } })).count
}
