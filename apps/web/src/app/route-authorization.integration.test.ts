import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startMakingApp } from '@moorage/deployments/github/make-app'
import { setVolume } from '@moorage/deployments/volumes/set-volume'
import { rotateHookSecret } from '@moorage/deployments/webhooks/hook-secret'
import { newId } from '@moorage/domain/id'
import { type Action, roleMay, scopesMay } from '@moorage/domain/permission'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addCallers, type Caller } from '../server/testing/add-callers.ts'
import { startWebDeps } from '../server/testing/start-web-deps.ts'

// Every handler of HTTP in this app, as every role, with a key of every scope, as another team's owner
// and as nobody. packages/api has the same for every procedure.

type Case = {
  /** Behind the origin; the server `weather` is the first team's. OWN: what GitHub sends the caller back with. */
  path: string
  body?: string
  headers?: Record<string, string>
  /** The status, and where it leads to. */
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
let callers: Caller[]
const { url, deps, dataDir, close } = await startWebDeps()
afterAll(close)

beforeAll(async () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((path) => path.endsWith('/route.ts')))
    for (const [name, handler] of Object.entries(await import(join(import.meta.dirname, file))))
      if (methods.test(name)) handlers.set(`${name} ${dirname(file)}`, handler as Handler)
  const [team, other] = [newId('team'), newId('team')]
  await deps.db.team.create({ data: { id: team, slug: 'one', name: 'One' } })
  await deps.db.team.create({ data: { id: other, slug: 'two', name: 'Two' } })
  await addServer(team)
  callers = await addCallers({ deps, url }, { team, other })
})

/** With a webhook, and a volume that has a backup. */
async function addServer(teamId: string): Promise<void> {
  const actor = { id: 'usr_1', name: 'A' }
  const server = await deps.db.server.create({
    data: { id: 'srv_weather', teamId, slug: 'weather', name: 'w' },
  })
  await rotateHookSecret(deps, { teamId, serverId: server.id }, actor)
  const { id: volumeId } = await setVolume(deps, server, {}, actor)
  const directory = join(dataDir, 'volumes', volumeId)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'bak_1.tar.gz'), 'x')
  await deps.db.volumeBackup.create({
    data: { id: 'bak_1', volumeId, origin: 'upload', status: 'done', sizeBytes: 1 },
  })
}

test('every handler is in the table, by each of its methods', () => {
  expect([...handlers.keys()].sort()).toEqual(Object.keys(cases).sort())
})

test.each(Object.entries(cases))('%s answers each caller as it should', async (name, own) => {
  for (const one of own) {
    const got: Record<string, string> = {}
    for (const caller of callers) got[caller.name] = await ask(name, one, caller)
    const wanted = callers.map((caller) => [caller.name, one.answer(caller)])
    expect(got, one.path).toEqual(Object.fromEntries(wanted))
  }
})

async function ask(name: string, { path, body, headers }: Case, caller: Caller): Promise<string> {
  const request = new Request(`${url}/${path.replace('OWN', await stateOf(caller))}`, {
    method: name.split(' ', 1)[0] ?? '',
    headers: { ...caller.headers, ...headers, origin: url, 'content-type': 'application/json' },
    ...(body ? { body } : {}),
  })
  const params = Promise.resolve(paramsOf(name, path))
  const response = await handlers.get(name)?.(request, { params })
  const to = response?.headers.get('location')?.replace(url, '')
  return [response?.status, ...(to ? [to] : [])].join(' ')
}

async function stateOf({ userId }: Caller): Promise<string> {
  if (userId === null) return 'none'
  const about = { userId, dashboardUrl: url, organization: undefined }
  return new URL((await startMakingApp(deps, about)).action).searchParams.get('state') ?? ''
}

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
