import { callerSecretContext } from '@moorage/access/caller-secret'
import { remoteContext, storedRemoteSchema } from '@moorage/access/remote-target'
import { reseal } from '@moorage/access/secret-box'
import { z } from 'zod'
import { buildSecretContext } from './build-secrets.ts'
import { deployKeyContext } from './deploy-key.ts'
import { deploymentEnvContext } from './deployment-env.ts'
import type { Deps } from './deps.ts'
import { envVarContext } from './env-vars.ts'
import { resealGithubApp } from './github/github-app.ts'
import { targetContext } from './notifications/targets.ts'
import { hookSecretContext } from './webhooks/hook-secret.ts'

type Keyed = Pick<Deps, 'db' | 'encryptionKey'>

/** Settings that hold sealed values: packages/router/src/identity-keys.ts. */
const identitySetting = 'identity-key'
const identitySchema = z.object({ keys: z.array(z.looseObject({ sealed: z.string() })) })

/**
 * Every file that seals, by where its values are resealed here; a test finds one that is missing.
 */
export const sealedBy: Record<string, (deps: Keyed) => Promise<number>> = {
  'packages/deployments/src/env-vars.ts': envVars,
  'packages/deployments/src/deployment-env.ts': deploymentEnvs,
  'packages/deployments/src/build-secrets.ts': buildSecrets,
  'packages/deployments/src/deploy-key.ts': deployKeys,
  'packages/deployments/src/github/github-app.ts': resealGithubApp,
  'packages/deployments/src/notifications/targets.ts': notificationTargets,
  'packages/deployments/src/webhooks/hook-secret.ts': hookSecrets,
  'packages/access/src/caller-secret.ts': callerSecrets,
  'packages/access/src/remote-target.ts': remotes,
  'packages/router/src/identity-keys.ts': identityKeys,
}

/**
 * Seals with the current key what the previous one has sealed, and tells how much that was. Safe
 * while everything runs and again after a crash: a value that was changed meanwhile stays as it is.
 */
export async function resealSecrets(deps: Keyed): Promise<number> {
  let count = 0
  for (const one of Object.values(sealedBy)) count += await one(deps)
  return count
}

async function envVars({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.envVar.findMany()
  return each(rows, async ({ id, serverId, key, value }) => {
    const again = reseal(encryptionKey, value, envVarContext(serverId, key))
    // Not by Prisma's update: that would say that the value was changed.
    return again === null
      ? 0
      : db.$executeRaw`UPDATE "EnvVar" SET value = ${again} WHERE id = ${id} AND value = ${value}`
  })
}

async function deploymentEnvs({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.deployment.findMany({
    where: { envSealed: { not: null } },
    select: { id: true, envSealed: true },
  })
  return each(rows, async ({ id, envSealed }) => {
    const again = envSealed && reseal(encryptionKey, envSealed, deploymentEnvContext(id))
    if (!again) return 0
    const where = { id, envSealed }
    return (await db.deployment.updateMany({ where, data: { envSealed: again } })).count
  })
}

async function buildSecrets({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.buildSecret.findMany()
  return each(rows, async ({ id, serverId, name, value }) => {
    const again = reseal(encryptionKey, value, buildSecretContext(serverId, name))
    return again === null
      ? 0
      : db.$executeRaw`UPDATE "BuildSecret" SET value = ${again} WHERE id = ${id} AND value = ${value}`
  })
}

async function callerSecrets({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.callerSecret.findMany()
  return each(rows, async ({ id, value, ...place }) => {
    const again = reseal(encryptionKey, value, callerSecretContext(place))
    return again === null
      ? 0
      : db.$executeRaw`UPDATE "CallerSecret" SET value = ${again} WHERE id = ${id} AND value = ${value}`
  })
}

async function deployKeys({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.server.findMany({ where: { deployKey: { not: null } } })
  return each(rows, async ({ id, deployKey }) => {
    const again = deployKey && reseal(encryptionKey, deployKey, deployKeyContext(id))
    return again
      ? db.$executeRaw`UPDATE "Server" SET "deployKey" = ${again} WHERE id = ${id} AND "deployKey" = ${deployKey}`
      : 0
  })
}

async function hookSecrets({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.server.findMany({ where: { hookSecret: { not: null } } })
  return each(rows, async ({ id, hookSecret }) => {
    const again = hookSecret && reseal(encryptionKey, hookSecret, hookSecretContext(id))
    return again
      ? db.$executeRaw`UPDATE "Server" SET "hookSecret" = ${again} WHERE id = ${id} AND "hookSecret" = ${hookSecret}`
      : 0
  })
}

async function notificationTargets({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.notificationTarget.findMany()
  return each(rows, async ({ id, address, secret }) => {
    const again = {
      address: reseal(encryptionKey, address, targetContext(id, 'address')),
      secret: secret && reseal(encryptionKey, secret, targetContext(id, 'secret')),
    }
    if (!again.address && !again.secret) return 0
    const data = { address: again.address ?? address, secret: again.secret ?? secret }
    return (await db.notificationTarget.updateMany({ where: { id, address }, data })).count
  })
}

async function remotes({ db, encryptionKey }: Keyed): Promise<number> {
  const rows = await db.instance.findMany({ where: { state: { not: 'stopped' } } })
  return each(rows, async ({ id, remote }) => {
    const stored = storedRemoteSchema.safeParse(remote).data
    const headers = stored && reseal(encryptionKey, stored.headers, remoteContext(id))
    if (!stored || !headers) return 0
    const where = { id, remote: { equals: stored } }
    return (await db.instance.updateMany({ where, data: { remote: { ...stored, headers } } })).count
  })
}

async function identityKeys({ db, encryptionKey }: Keyed): Promise<number> {
  const row = await db.setting.findUnique({ where: { key: identitySetting } })
  const stored = identitySchema.safeParse(row?.value).data
  if (!stored) return 0
  const again = stored.keys.map((key) => reseal(encryptionKey, key.sealed, identitySetting))
  if (again.every((sealed) => sealed === null)) return 0
  const keys = stored.keys.map((key, at) => ({ ...key, sealed: again[at] ?? key.sealed }))
  const where = { key: identitySetting, value: { equals: JSON.parse(JSON.stringify(row?.value)) } }
  const value = JSON.parse(JSON.stringify({ keys }))
  return (await db.setting.updateMany({ where, data: { value } })).count
}

async function each<Row>(rows: Row[], work: (row: Row) => Promise<number>): Promise<number> {
  let count = 0
  for (const row of rows) count += await work(row)
  return count
}
