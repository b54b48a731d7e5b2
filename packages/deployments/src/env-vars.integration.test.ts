import { newId } from '@moorage/domain/id'
import { afterAll, expect, test } from 'vitest'
import { setBuildSecret } from './build-secrets.ts'
import { listEnvVars, setEnvVar } from './env-vars.ts'
import { startDeps } from './testing/start-deps.ts'

const deps = await startDeps()
afterAll(() => deps.close())

async function newServer(): Promise<string> {
  const [teamId, serverId] = [newId('team'), newId('srv')]
  await deps.db.team.create({ data: { id: teamId, slug: teamId.replace('_', '-'), name: 'T' } })
  const slug = serverId.replace('_', '-')
  await deps.db.server.create({ data: { id: serverId, teamId, slug, name: slug } })
  return serverId
}

test('with as many variables as there may be, one can be changed and none added', async () => {
  const serverId = await newServer()
  const rows = Array.from({ length: 199 }, (_, n) => ({
    ...{ id: newId('env'), serverId, key: `KEY_${n}`, value: '' },
    scope: 'production' as const,
  }))
  await deps.db.envVar.createMany({ data: rows })
  const set = (key: string, value: string) =>
    setEnvVar(deps, { serverId, key, value, scope: 'production', writeOnly: false })
  await set('LAST', 'one')
  await set('LAST', 'two')
  await expect(set('MORE', 'x')).rejects.toMatchObject({ code: 'bad_input' })
  await deps.db.envVar.deleteMany({ where: { key: { startsWith: 'KEY_' } } })
  expect(await listEnvVars(deps, { serverId })).toMatchObject([{ key: 'LAST', value: 'two' }])
})

test('with as many build secrets as there may be, one can be replaced and none added', async () => {
  const serverId = await newServer()
  const set = (name: string) => setBuildSecret(deps, { serverId, name, value: 'x' })
  for (let n = 0; n < 50; n += 1) await set(`SECRET_${n}`)
  await set('SECRET_7')
  await expect(set('MORE')).rejects.toMatchObject({ code: 'bad_input' })
})
