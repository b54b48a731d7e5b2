import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createApiKey } from '@moorage/access/api-key'
import { createPasswordAccount, hashPassword } from '@moorage/access/password-account'
import { startMakingApp } from '@moorage/deployments/github/make-app'
import { setVolume } from '@moorage/deployments/volumes/set-volume'
import { rotateHookSecret } from '@moorage/deployments/webhooks/hook-secret'
import { newId } from '@moorage/domain/id'
import {
  type Action,
  type Role,
  roleMay,
  roles,
  type Scope,
  scopes,
  scopesMay,
} from '@moorage/domain/permission'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWebDeps } from '../server/testing/start-web-deps.ts'

// Every handler of HTTP in this app, as every role, with a key of every scope, as another team's owner
// and as nobody. packages/api has the same for every procedure.

type Caller = { role: Role | null; isOfTeam: boolean; scope: Scope | null }
type Case = {
  /** Behind the origin; the server `weather` is the first team's. OWN: a state that the caller was given. */
  path: string
  body?: string
  headers?: Record<string, string>
  /** The status, and where it leads to; null: whatever comes after who may. */
  answer: (caller: Caller) => string
}

const isPerson = ({ role }: Caller) => role !== null
const isOperator = ({ role, isOfTeam }: Caller) =>
  isOfTeam && (role === 'owner' || role === 'admin')
const same = (answer: string) => () => answer
const signIn = '303 /sign-in?next=%2Fteam%2Fgithub'

/** What a procedure of `server.read` or `server.update` is to them. */
function ofServer(action: 'server.read' | 'server.update', through: string) {
  return ({ role, isOfTeam, scope }: Caller) => {
    if (!isOfTeam) return role ? '404' : '401'
    const may = (asked: Action) =>
      scope ? scopesMay([scope], asked) : role && roleMay(role, asked)
    return may(action) ? through : may('server.read') ? '403' : '404'
  }
}

const unsigned = { 'x-github-event': 'push', 'x-hub-signature-256': 'sha256=00' }
const input = encodeURIComponent(JSON.stringify({ json: { slug: 'weather' } }))

const cases: Record<string, Case[]> = {
  'GET .well-known/oauth-authorization-server': [
    { path: '.well-known/oauth-authorization-server', answer: same('200') },
  ],
  'GET .well-known/openid-configuration': [
    { path: '.well-known/openid-configuration', answer: same('200') },
  ],
  'GET schema/moorage.json': [{ path: 'schema/moorage.json', answer: same('200') }],
  'GET api/healthz': [{ path: 'api/healthz', answer: same('200') }],
  'GET api/tls-check': [
    { path: 'api/tls-check?domain=127.0.0.1', answer: same('200') },
    { path: 'api/tls-check?domain=other.test', answer: same('404') },
  ],
  'GET api/auth/[...all]': [
    { path: 'api/auth/list-sessions', answer: (who) => (isPerson(who) ? '200' : '401') },
  ],
  'POST api/auth/[...all]': [
    {
      path: 'api/auth/update-user',
      body: JSON.stringify({ name: 'Ada' }),
      answer: (who) => (isPerson(who) ? '200' : '401'),
    },
  ],
  'OPTIONS api/auth/[...all]': [{ path: 'api/auth/oauth2/token', answer: same('204') }],
  'GET api/trpc/[trpc]': [
    { path: `api/trpc/servers.get?input=${input}`, answer: ofServer('server.read', '200') },
  ],
  'POST api/trpc/[trpc]': [
    {
      path: 'api/trpc/servers.update',
      body: JSON.stringify({ json: { slug: 'weather', branch: 'bad branch' } }),
      answer: ofServer('server.update', '400'),
    },
  ],
  'POST api/volumes/[slug]/backups': [
    { path: 'api/volumes/weather/backups', body: 'x', answer: ofServer('server.update', '400') },
  ],
  'GET api/volumes/[slug]/backups/[id]': [
    { path: 'api/volumes/weather/backups/bak_1', answer: ofServer('server.update', '200') },
  ],
  'POST api/webhooks/[serverId]': [
    { path: 'api/webhooks/srv_weather', body: '{}', headers: unsigned, answer: same('401') },
    { path: 'api/webhooks/srv_none', body: '{}', headers: unsigned, answer: same('404') },
  ],
  'POST api/github/webhook': [
    { path: 'api/github/webhook', body: '{}', headers: unsigned, answer: same('404') },
  ],
  'GET api/github/new': [
    {
      path: 'api/github/new',
      answer: (who) =>
        isOperator(who) ? '200' : isPerson(who) ? '303 /team/github?fault=forbidden' : signIn,
    },
  ],
  'GET api/github/made': [
    {
      path: 'api/github/made?state=OWN&code=none',
      answer: (who) =>
        isOperator(who)
          ? '303 /team/github?fault=unavailable'
          : isPerson(who)
            ? '303 /team/github?fault=forbidden'
            : signIn,
    },
  ],
  'GET api/github/back': [
    { path: 'api/github/back', answer: (who) => (isPerson(who) ? '303 /team/github' : signIn) },
    {
      path: 'api/github/back?state=none&code=none',
      answer: (who) => (isPerson(who) ? '303 /team/github?fault=forbidden' : signIn),
    },
  ],
}

type Handler = (request: Request, context: { params: Promise<object> }) => Promise<Response>

const methods = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/
const handlers = new Map<string, Handler>()
type Sent = { headers: Record<string, string>; state: string }
const callers: ({ name: string; caller: Caller } & Sent)[] = []
const { url, deps, dataDir, close } = await startWebDeps()
afterAll(close)

beforeAll(async () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((path) => path.endsWith('/route.ts')))
    for (const [name, handler] of Object.entries(await import(join(import.meta.dirname, file))))
      if (methods.test(name)) handlers.set(`${name} ${dirname(file)}`, handler as Handler)
  await addCallers()
})

async function addCallers(): Promise<void> {
  const { db } = deps
  const [one, two] = [newId('team'), newId('team')]
  await db.team.create({ data: { id: one, slug: 'one', name: 'One' } })
  await db.team.create({ data: { id: two, slug: 'two', name: 'Two' } })
  const serverId = 'srv_weather'
  const server = await db.server.create({
    data: { id: serverId, teamId: one, slug: 'weather', name: 'w' },
  })
  const actor = { id: 'usr_1', name: 'A' }
  await rotateHookSecret(deps, { teamId: one, serverId }, actor)
  const { id: volumeId } = await setVolume(deps, server, {}, actor)
  const directory = join(dataDir, 'volumes', volumeId)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'bak_1.tar.gz'), 'x')
  await db.volumeBackup.create({
    data: { id: 'bak_1', volumeId, origin: 'upload', status: 'done', sizeBytes: 1 },
  })
  const nobody = { role: null, isOfTeam: false, scope: null }
  callers.push({ name: 'nobody', caller: nobody, headers: {}, state: 'none' })
  for (const role of roles)
    callers.push({
      name: role,
      caller: { role, isOfTeam: true, scope: null },
      ...(await signedIn(one, role)),
    })
  callers.push({
    name: "another team's owner",
    caller: { role: 'owner', isOfTeam: false, scope: null },
    ...(await signedIn(two, 'owner')),
  })
  for (const scope of scopes) {
    const own = { teamId: one, serverId: null, expiresAt: null, createdById: null }
    const { key } = await createApiKey(deps, { ...own, name: scope, scopes: [scope] })
    callers.push({
      name: `a key of scope ${scope}`,
      caller: { role: null, isOfTeam: true, scope },
      headers: { authorization: `Bearer ${key}` },
      state: 'none',
    })
  }
}

const password = 'correct horse battery'
const hashed = hashPassword(password)
let visits = 1

async function signedIn(teamId: string, role: Role): Promise<Sent> {
  const { db, auth } = deps
  const email = `${role}-${teamId}@example.com`.toLowerCase()
  const account = { name: role, email, emailVerified: true, passwordHash: await hashed }
  const userId = await db.$transaction((tx) => createPasswordAccount(tx, account))
  await db.member.create({ data: { teamId, userId, role } })
  const answer = await auth.handler(
    new Request(`${url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // Sign-in is limited per address.
        'x-forwarded-for': `192.0.2.${visits++}`,
        origin: url,
      },
      body: JSON.stringify({ email, password }),
    }),
  )
  expect(answer.status).toBe(200)
  const { action } = await startMakingApp(deps, {
    userId,
    dashboardUrl: url,
    organization: undefined,
  })
  return {
    headers: {
      cookie: answer.headers
        .getSetCookie()
        .map((line) => line.split(';', 1)[0])
        .join('; '),
    },
    state: new URL(action).searchParams.get('state') ?? '',
  }
}

test('every handler is in the table, by each of its methods', () => {
  expect([...handlers.keys()].sort()).toEqual(Object.keys(cases).sort())
})

test.each(Object.entries(cases))('%s answers each caller as it should', async (name, own) => {
  const handler = handlers.get(name)
  const [method = ''] = name.split(' ')
  for (const { path, body, headers: said, answer } of own) {
    const got: Record<string, string> = {}
    const wanted: Record<string, string> = {}
    for (const { name: who, caller, headers, state } of callers) {
      const request = new Request(`${url}/${path.replace('OWN', state)}`, {
        method,
        headers: { ...headers, ...said, origin: url, 'content-type': 'application/json' },
        ...(body ? { body } : {}),
      })
      const params = Promise.resolve(paramsOf(name, path))
      const response = await handler?.(request, { params })
      const to = response?.headers.get('location')?.replace(url, '')
      got[who] = [response?.status, ...(to ? [to] : [])].join(' ')
      wanted[who] = answer(caller)
    }
    expect(got, path).toEqual(wanted)
  }
})

/** What Next takes out of a path. */
function paramsOf(name: string, path: string): Record<string, string> {
  const segments = path.split(/[/?]/)
  const named = name.split(' ')[1]?.split('/') ?? []
  return Object.fromEntries(
    named.flatMap((one, at) => {
      const param = /^\[(\w+)\]$/.exec(one)?.[1]
      return param ? [[param, segments[at] ?? '']] : []
    }),
  )
}
