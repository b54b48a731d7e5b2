import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCallerSecret, sealCallerSecret } from '@moorage/access/caller-secret'
import { openRemote, sealRemote } from '@moorage/access/remote-target'
import { open } from '@moorage/access/secret-box'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveBuildSecrets, setBuildSecret } from './build-secrets.ts'
import { makeDeployKey, openDeployKey } from './deploy-key.ts'
import { resolveDeploymentEnv } from './deployment-env.ts'
import { listEnvVars, setEnvVar } from './env-vars.ts'
import { findGithubApp, saveGithubApp } from './github/github-app.ts'
import { addTarget, listTargets } from './notifications/targets.ts'
import { resealSecrets, sealedBy } from './reseal-secrets.ts'

const root = new URL('../../../', import.meta.url).pathname
let db: Db

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
})
afterAll(() => db.$disconnect())

function typescriptIn(dir: string): string[] {
  if (!existsSync(join(root, dir))) return []
  return readdirSync(join(root, dir), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => join(dir, path))
}

test('each file that seals has its values sealed anew when the key is replaced', () => {
  const sources = ['packages', 'apps'].flatMap((top) =>
    readdirSync(join(root, top)).flatMap((name) => typescriptIn(join(top, name, 'src'))),
  )
  const sealing = sources.filter((path) =>
    /\bimport \{[^}]*\bseal\b[^}]*\} from '[^']*secret-box/.test(
      readFileSync(join(root, path), 'utf8'),
    ),
  )
  expect(sealing.sort(), 'name it in reseal-secrets.ts').toEqual(Object.keys(sealedBy).sort())
})

test('a new key takes over from the old one: both work until all is sealed anew, then the new one alone', async () => {
  const [previous, current] = [randomBytes(32), randomBytes(32)]
  const teamId = newId('team')
  const serverId = newId('srv')
  const instanceId = newId('ins')
  const deploymentId = newId('dep')
  const deployKey = makeDeployKey(previous, serverId, 'x').sealedPrivateKey
  const secretKey = openDeployKey(previous, serverId, deployKey)
  const target = { url: 'https://example.com/mcp', headers: { Authorization: 'Bearer x' } }
  await db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await db.server.create({ data: { id: serverId, teamId, slug: 'x', name: 'X', deployKey } })
  await db.deployment.create({ data: { id: deploymentId, serverId, trigger: 'push' } })
  const remote = sealRemote(previous, instanceId, target)
  await db.instance.create({
    data: { id: instanceId, serverId, deploymentId, runtime: 'remote', remote },
  })
  const old = { db, encryptionKey: previous }
  await setEnvVar(old, { serverId, key: 'A', value: 'one', scope: 'production', writeOnly: false })
  await setBuildSecret(old, { serverId, name: 'NPM_TOKEN', value: 'two' })
  await addTarget(old, {
    ...{ teamId, kind: 'webhook', name: 'x', address: 'https://example.com/hook' },
    events: ['live'],
  })
  const own = { userId: newId('usr'), serverId, name: 'token' }
  await db.user.create({ data: { id: own.userId, name: 'A', email: 'a@example.com' } })
  const handed = sealCallerSecret(previous, own, 'mine')
  await db.callerSecret.create({ data: { id: newId('csec'), ...own, value: handed } })
  const keys = { privateKey: 'pem', clientSecret: 'three', webhookSecret: null }
  const app = { appId: 1, slug: 'x', name: 'x', page: 'https://github.com/apps/x', clientId: 'x' }
  await saveGithubApp(old, { ...app, ...keys })
  expect(await resolveDeploymentEnv(old, deploymentId)).toEqual({ A: 'one' })
  const { updatedAt } = await db.envVar.findFirstOrThrow()

  const both = { db, encryptionKey: { current, previous } }
  await setEnvVar(both, { serverId, key: 'B', value: 'new', scope: 'production', writeOnly: false })
  expect((await listEnvVars(both, { serverId })).map((row) => row.value)).toEqual(['one', 'new'])
  expect(await resealSecrets(both)).toBe(8)
  expect(await resealSecrets(both)).toBe(0)

  const only = { db, encryptionKey: current }
  expect(await resolveDeploymentEnv(only, deploymentId)).toEqual({ A: 'one' })
  expect((await listEnvVars(only, { serverId })).map((row) => row.value)).toEqual(['one', 'new'])
  expect(await resolveBuildSecrets(only, { serverId, previewId: null, wanted: undefined })).toEqual(
    {
      NPM_TOKEN: 'two',
    },
  )
  expect((await listTargets(only, { teamId })).map((row) => row.to)).toEqual(['example.com'])
  expect(await findGithubApp(only)).toMatchObject(keys)
  const server = await db.server.findUniqueOrThrow({ where: { id: serverId } })
  expect(openDeployKey(current, serverId, server.deployKey ?? '')).toBe(secretKey)
  const instance = await db.instance.findUniqueOrThrow({ where: { id: instanceId } })
  expect(openRemote(current, instanceId, instance.remote)).toEqual(target)
  const secret = await db.callerSecret.findFirstOrThrow()
  const asked = { name: own.name, header: 'X-Token' }
  expect(openCallerSecret(current, own, asked, secret.value)).toBe('mine')
  // It is the same value: nobody is told that the server runs with an older one.
  expect((await db.envVar.findFirstOrThrow({ where: { key: 'A' } })).updatedAt).toEqual(updatedAt)
  const [row] = await db.envVar.findMany({ where: { key: 'A' } })
  expect(() => open(previous, row?.value ?? '', `env:${serverId}:A`)).toThrow()
})
