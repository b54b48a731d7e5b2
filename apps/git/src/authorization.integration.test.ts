import { createApiKey } from '@moorage/access/api-key'
import { newId } from '@moorage/domain/id'
import {
  type Action,
  type Role,
  roleMay,
  roles,
  scopes,
  scopesMay,
} from '@moorage/domain/permission'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'

let platform: Platform
let teamId: string
let other: Awaited<ReturnType<Platform['team']>>
let acme: Awaited<ReturnType<Platform['team']>>

beforeAll(async () => {
  platform = await startPlatform()
  acme = await platform.team('acme')
  other = await platform.team('other')
  teamId = acme.id
  const { db } = platform.app.deps
  await db.server.create({ data: { id: newId('srv'), teamId, slug: 'weather', name: 'weather' } })
})
afterAll(() => platform.stop())

/** Every URL of the git remote, and what it asks for. */
const urls: [method: string, path: string, action: Action][] = [
  ['GET', '/weather.git/info/refs?service=git-upload-pack', 'server.read'],
  ['GET', '/weather.git/info/refs?service=git-receive-pack', 'deployment.create'],
  ['POST', '/weather.git/git-upload-pack', 'server.read'],
  ['POST', '/weather.git/git-receive-pack', 'deployment.create'],
]

async function status(method: string, path: string, key?: string): Promise<number> {
  const headers = new Headers(key ? { authorization: `Bearer ${key}` } : {})
  const service = path.split('/').at(-1)
  if (method === 'POST') headers.set('content-type', `application/x-${service}-request`)
  // A flush: what git sends where there is nothing to say.
  const body = method === 'POST' ? '0000' : null
  const response = await fetch(platform.origin + path, { method, headers, body })
  await response.arrayBuffer()
  return response.status
}

const refused = [401, 403, 404]

async function keyOf(role: Role): Promise<{ key: string; userId: string }> {
  const { deps } = platform.app
  const userId = newId('usr')
  await deps.db.user.create({ data: { id: userId, name: role, email: `${userId}@example.com` } })
  await deps.db.member.create({ data: { teamId, userId, role } })
  const { key } = await createApiKey(deps, {
    ...{ teamId, serverId: null, name: role, expiresAt: null, createdById: userId },
    scopes: ['admin'],
  })
  return { key, userId }
}

describe.each(urls)('%s %s', (method, path, action) => {
  test('asks nobody in, and shows nothing to the admin key of another team', async () => {
    expect(await status(method, path)).toBe(401)
    expect(await status(method, path, await other.key(['admin']))).toBe(404)
  })

  test.each(scopes)('lets a key of scope %s through exactly when it may', async (scope) => {
    const through = !refused.includes(await status(method, path, await acme.key([scope])))
    expect(through).toBe(scopesMay([scope], action))
  })

  test.each(roles)('lets the key of a %s through exactly when the role may', async (role) => {
    const { key } = await keyOf(role)
    expect(!refused.includes(await status(method, path, key))).toBe(roleMay(role, action))
  })

  test('refuses the key of a member who was removed', async () => {
    const { key, userId } = await keyOf('owner')
    await platform.app.deps.db.member.delete({ where: { teamId_userId: { teamId, userId } } })
    expect(await status(method, path, key)).toBe(401)
  })
})

test('refuses a team that was deleted', async () => {
  const gone = await platform.team('gone')
  const key = await gone.key(['admin'])
  const path = '/new-one.git/info/refs?service=git-receive-pack'
  expect(await status('GET', path, key)).toBe(200)
  const where = { id: gone.id }
  await platform.app.deps.db.team.update({ where, data: { deletedAt: new Date() } })
  expect(await status('GET', path, key)).toBe(401)
})
