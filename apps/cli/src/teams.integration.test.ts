import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'
import { cli } from './testing/run-cli.ts'

let platform: Platform
let env: Record<string, string>
const email = 'bo@example.com'

beforeAll(async () => {
  platform = await startPlatform()
  env = { MOORAGE_URL: platform.url, MOORAGE_API_KEY: await platform.key(['admin']) }
  const { db } = platform.deps
  const team = await db.team.findFirstOrThrow()
  const userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'Bo', email } })
  await db.member.create({ data: { teamId: team.id, userId, role: 'developer' } })
})
afterAll(() => platform.stop())

const run = (...args: string[]) => cli('/', args, { env })

test('members are listed, get another role, and are removed', async () => {
  expect((await run('teams')).stdout).toContain('acme')
  expect((await run('members', 'role', email, 'viewer')).code).toBe(0)
  const { stdout } = await run('members', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ people: [{ email, role: 'viewer' }] })
  expect((await run('members', 'remove', email)).code).toBe(0)
  expect((await run('members', 'remove', email)).code).toBe(4)
})

test('a service account is made, gets a client secret in the form of a .env file, and loses it', async () => {
  expect((await run('service-accounts', 'create', 'nightly', '--role', 'caller')).code).toBe(0)
  const made = await run('service-accounts', 'secret', 'nightly')
  expect(made.stdout).toMatch(
    /^CLIENT_ID=sa_\w+\nCLIENT_SECRET=mrgs_\w{40}\nTOKEN_URL=http:\S+\/oauth2\/token\n$/,
  )
  const since = async () => {
    const { stdout } = await run('service-accounts', '--json')
    return JSON.parse(stdout)[0].secretSince
  }
  expect(await since()).not.toBeNull()
  expect((await run('service-accounts', 'revoke-secret', 'nightly')).code).toBe(0)
  expect(await since()).toBeNull()
  expect((await run('service-accounts', 'remove', 'nightly')).code).toBe(0)
  expect((await run('service-accounts', 'remove', 'nightly')).code).toBe(4)
  expect((await run('service-accounts', 'create', 'x', '--role', 'king')).code).toBe(2)
})

test('an invitation prints its link alone; a key makes no owner; an unknown role is wrong use', async () => {
  const made = await run('invite', 'new@example.com', '--role', 'caller')
  expect(made.stdout).toMatch(/^http:\/\/\S+\/join\?token=[\w-]{32}\n$/)
  expect((await run('invite', 'new@example.com', '--role', 'owner')).code).toBe(1)
  expect((await run('invite', 'new@example.com', '--role', 'king')).code).toBe(2)
})
