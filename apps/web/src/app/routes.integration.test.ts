import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { createApiKey, revokeApiKey } from '@moorage/access/api-key'
import type { Volume } from '@moorage/db/client'
import { setVolume } from '@moorage/deployments/volumes/set-volume'
import { newId } from '@moorage/domain/id'
import type { Scope } from '@moorage/domain/permission'
import { pack } from 'tar-stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isForeignChange } from '../server/is-foreign-change.ts'
import { startWebDeps } from '../server/testing/start-web-deps.ts'

const { url: dashboard, deps, dataDir, close } = await startWebDeps()
afterAll(close)
let key: string
let deployKey: string
let trpc: (request: Request) => Promise<Response>
let auth: (request: Request) => Promise<Response>

beforeAll(async () => {
  trpc = (await import('./api/trpc/[trpc]/route.ts')).GET
  auth = (await import('./api/auth/[...all]/route.ts')).POST
  const teamId = newId('team')
  await deps.db.team.create({ data: { id: teamId, slug: 'one', name: 'One' } })
  await deps.db.server.create({ data: { id: newId('srv'), teamId, slug: 'weather', name: 'w' } })
  const keyFor = async (scope: Scope) => {
    const about = { teamId, serverId: null, name: 'k', expiresAt: null, createdById: null }
    return (await createApiKey(deps, { ...about, scopes: [scope] })).key
  }
  key = await keyFor('read')
  deployKey = await keyFor('deploy')
})
const call = (path: string, init?: RequestInit) =>
  trpc(new Request(`${dashboard}/api/trpc/${path}`, init))
const input = (value: unknown) => encodeURIComponent(JSON.stringify({ json: value }))
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('the API, its streams too, asks for a sign-in or a key, and a bad key is nobody', async () => {
  for (const path of ['servers.get', 'servers.watch', 'logs.follow']) {
    const url = `${path}?input=${input({ slug: 'weather' })}`
    const accept = { accept: 'text/event-stream' }
    expect([path, await refusal(await call(url, { headers: accept }))]).toEqual([path, true])
    const bad = { ...bearer(`mrg_${'x'.repeat(40)}`).headers, ...accept }
    expect([path, await refusal(await call(url, { headers: bad }))]).toEqual([path, true])
  }
  const good = await call(`servers.get?input=${input({ slug: 'weather' })}`, bearer(key))
  expect(good.status).toBe(200)
})

/** A stream answers 200, and says in one of its first events that it ends. */
async function refusal(response: Response): Promise<boolean> {
  if (response.status === 401) return true
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (/UNAUTHORIZED|"slug"|"text"/.test(text)) break
  }
  return text.includes('UNAUTHORIZED')
}

test('a stream of the API ends with the key and with the membership that opened it', async () => {
  const { db, events } = deps
  const { teamId } = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
  const userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'B', email: 'b@example.com' } })
  await db.member.create({ data: { teamId, userId, role: 'developer' } })
  const about = { teamId, serverId: null, name: 'k', expiresAt: null, scopes: ['read' as const] }
  const [revoked, lowered] = [
    await createApiKey(deps, { ...about, createdById: null }),
    await createApiKey(deps, { ...about, createdById: userId }),
  ]
  const open = async (token: string, path: string) => {
    const headers = { ...bearer(token).headers, accept: 'text/event-stream' }
    const stream = await call(`${path}?input=${input({ slug: 'weather' })}`, { headers })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    await reader?.read()
    return async () => {
      let text = ''
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
        text += next.value
      return text
    }
  }
  const streams = await Promise.all([
    open(revoked.key, 'servers.watch'),
    open(revoked.key, 'logs.follow'),
    open(lowered.key, 'servers.watchAll'),
  ])
  await revokeApiKey(deps, { teamId, keyId: revoked.record.id })
  await db.member.update({
    where: { teamId_userId: { teamId, userId } },
    data: { role: 'caller' },
  })
  await events.publish({ type: 'person', userId })
  for (const rest of streams) expect(await rest()).toContain('UNAUTHORIZED')
})

test.each([
  ['api/auth/oauth2/register', 'application/json'],
  ['api/auth/oauth2/token', 'application/x-www-form-urlencoded'],
  ['api/auth/device/code', 'application/x-www-form-urlencoded'],
  ['api/auth/sign-in/email', 'application/json'],
  ['api/trpc/invitations.acceptAsNew', 'application/json'],
])('nobody makes the dashboard read on and on: %s', async (path, type) => {
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      sent += 2 ** 16
      if (sent > 2 ** 26) controller.close()
      else controller.enqueue(new Uint8Array(2 ** 16).fill(0x20))
    },
  })
  const init = { method: 'POST', headers: { 'content-type': type }, body, duplex: 'half' }
  const handle = path.startsWith('api/auth') ? auth : trpc
  const answer = await handle(new Request(`${dashboard}/${path}`, init as RequestInit))
  expect(answer.status).toBe(413)
  expect(sent).toBeLessThan(2 ** 25)
})

test('nobody has the API do more than 50 things by one request', async () => {
  const many = (count: number) => call(`${Array(count).fill('me.get').join()}?batch=1`)
  expect((await many(50)).status).toBe(200)
  expect((await many(51)).status).toBe(400)
})

test('a client that names itself badly to the token endpoint is refused, and no fault of ours', async () => {
  const response = await auth(
    new Request(`${dashboard}/api/auth/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('%zz:secret')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    }),
  )
  expect(response.status).toBe(401)
})

test('with a cookie alone, a foreign page changes nothing', async () => {
  const { db } = deps
  const userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'A', email: 'a@example.com' } })
  const body = JSON.stringify({ name: 'x', email: 'x@example.com', password: 'long enough pw' })
  const headers = { 'content-type': 'application/json', origin: 'https://evil.example' }
  const response = await auth(
    new Request(`${dashboard}/api/auth/sign-up/email`, { method: 'POST', headers, body }),
  )
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(await db.user.count({ where: { email: 'x@example.com' } })).toBe(0)
})

test.each(['/get-session', '/list-sessions', '/list-accounts', '/passkey/list-user-passkeys'])(
  'sign-in tells nobody anything at %s',
  async (path) => {
    const response = await auth(new Request(`${dashboard}/api/auth${path}`))
    const text = await response.text()
    expect(response.status === 401 || text === 'null' || text === '').toBe(true)
  },
)

describe('backups of a volume', () => {
  const slug = 'weather'
  let volume: Volume
  beforeAll(async () => {
    const server = await deps.db.server.findUniqueOrThrow({ where: { slug } })
    volume = await setVolume(deps, server, {}, { id: 'x', name: 'x' })
  })

  async function upload(body: Buffer, token = deployKey) {
    const init = { ...bearer(token), method: 'POST', body: new Blob([Uint8Array.from(body)]) }
    const request = new Request(`${dashboard}/api/volumes/${slug}/backups`, init)
    const { POST } = await import('./api/volumes/[slug]/backups/route.ts')
    return POST(request, { params: Promise.resolve({ slug }) })
  }
  async function download(id: string, token = deployKey) {
    const request = new Request(`${dashboard}/api/volumes/${slug}/backups/${id}`, bearer(token))
    const { GET } = await import('./api/volumes/[slug]/backups/[id]/route.ts')
    return GET(request, { params: Promise.resolve({ slug, id }) })
  }
  const archive = (name: string, content: string | Buffer) => {
    const tar = pack()
    tar.entry({ name }, Buffer.from(content))
    tar.finalize()
    return buffer(tar.pipe(createGzip()))
  }

  test('what is uploaded is a backup that can be downloaded, by who may change the server alone', async () => {
    const file = await archive('kept', 'what it keeps')
    expect((await upload(file, key)).status).toBe(403)
    expect((await upload(file, `mrg_${'x'.repeat(40)}`)).status).toBe(401)
    const made = await upload(file)
    const { id, origin, status } = await made.json()
    expect([made.status, origin, status]).toEqual([201, 'upload', 'done'])

    expect((await download(id, key)).status).toBe(403)
    expect((await download('bak_none')).status).toBe(404)
    const got = await download(id)
    const bytes = Buffer.from(await got.arrayBuffer())
    expect(got.headers.get('content-length')).toBe(String(bytes.length))
    expect(got.headers.get('content-disposition')).toBe(
      `attachment; filename="weather-${id}.tar.gz"`,
    )
    expect(gunzipSync(bytes).toString()).toContain('what it keeps')
    const events = await deps.db.auditEvent.findMany({
      where: { action: { startsWith: 'volume.' } },
    })
    expect(events.map(({ action }) => action).sort()).toEqual([
      'volume.download',
      'volume.set',
      'volume.upload',
    ])
  })

  test('an upload that is no sound archive leaves nothing behind, and the volume as it was', async () => {
    const sound = await archive('kept', 'x'.repeat(5_000))
    const bad: [string, Buffer, number][] = [
      ['no archive', Buffer.from('hello'), 400],
      ['cut off', sound.subarray(0, sound.length - 9), 400],
      ['no tar inside', gzipSync('hello'), 400],
      ['out of the volume', await archive('../etc/passwd', 'x'), 400],
      ['over the cap', await archive('large', randomBytes(2 ** 20 + 1)), 413],
    ]
    const before = await deps.db.volumeBackup.findMany()
    for (const [name, body, status] of bad) {
      const answer = await upload(body)
      expect([name, answer.status]).toEqual([name, status])
      expect((await answer.json()).error).toMatchObject({ hint: expect.any(String) })
    }
    expect(await deps.db.volumeBackup.findMany()).toEqual(before)
    expect(await deps.db.volume.findUnique({ where: { id: volume.id } })).toEqual(volume)
    const files = await readdir(join(dataDir, 'volumes', volume.id))
    expect(files).toEqual(before.map(({ id }) => `${id}.tar.gz`))
  })

  test('a foreign page that has only the cookie changes nothing', () => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const request = new Request(dashboard, { method: 'POST', headers })
    expect(isForeignChange(request, { credential: 'cookie' })).toBe(true)
    expect(isForeignChange(request, { credential: 'key' })).toBe(false)
  })
})
