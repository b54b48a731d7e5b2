import { createApiKey } from '@moorage/access/api-key'
import { newId } from '@moorage/domain/id'
import { createLogWriter } from '@moorage/logs/append'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'
import { cli, git, newRepository } from './testing/run-cli.ts'

let platform: Platform
let env: Record<string, string>
let dir: string

beforeAll(async () => {
  platform = await startPlatform()
  env = { MOORAGE_URL: platform.url, MOORAGE_API_KEY: await platform.key(['admin']) }
  dir = await newRepository('weather', { 'server.py': 'one' })
  for (let version = 0; version < 2; version++) await json('deploy')
})
afterAll(() => platform.stop())

const run = (...args: string[]) => cli(dir, args, { env })
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout)
}

test('servers are listed, shown, made, changed, and deleted only when their name is typed', async () => {
  expect(await json('servers')).toMatchObject([{ slug: 'weather', state: 'live' }])
  expect((await run('servers')).stdout).toContain('http://router.test/weather/mcp')
  expect((await run('servers', 'show')).stdout).toContain('forecast, alerts')
  expect(await json('servers', 'create', 'second', '--branch', 'dev')).toMatchObject({
    branch: 'dev',
  })
  expect(await json('servers', 'update', 'second', '--access', 'public')).toMatchObject({
    access: 'public',
    branch: 'dev',
  })
  expect((await run('servers', 'update', 'second')).code).toBe(2)
  expect((await run('servers', 'delete', 'second')).code).toBe(2)
  expect(await json('servers', 'delete', 'second', '--confirm', 'second')).toEqual({
    removed: 'second',
  })
  const gone = await run('servers', 'show', 'second')
  expect(gone.code).toBe(4)
  expect(gone.stderr).toContain('There is no such server')
})

test('deployments are listed, and found by their short id', async () => {
  const [newest, older] = await json('deployments', 'list')
  expect([newest.status, older.status]).toEqual(['live', 'retired'])
  expect(await json('deployments', 'show', older.shortId)).toMatchObject({ id: older.id })
  expect((await run('deployments', 'show', newest.shortId)).stdout).toMatch(/✓ build/)
  expect((await run('deployments', 'show', 'zzzz')).code).toBe(4)
  expect((await run('deployments', 'cancel', newest.id)).stderr).toContain('has ended already')
})

test('a running deployment can be followed and canceled', async () => {
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'A slow one')
  const { deployment } = await json('deploy', '--no-wait')
  const followed = await run('deployments', 'show', deployment.id, '--follow')
  expect(followed.stderr).toContain('building A slow one')
  expect(followed.code).toBe(0)
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'Another slow one')
  const second = await json('deploy', '--no-wait')
  expect((await run('deployments', 'cancel', second.deployment.id)).code).toBe(0)
  const end = await run('deployments', 'show', second.deployment.id, '--follow')
  expect(end.code).toBe(1)
})

test('rollback puts the version before live again, --to any that was; restart keeps the version', async () => {
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'One')
  const one = await json('deploy')
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'Two')
  const two = await json('deploy')
  await platform.deps.db.deployment.updateMany({ data: { imageId: 'image' } })
  const back = await json('rollback')
  expect(back.deployment).toMatchObject({ trigger: 'rollback', sourceId: one.deployment.id })
  const named = await json('rollback', '--to', two.deployment.shortId)
  expect(named.deployment.sourceId).toBe(two.deployment.id)
  await platform.deps.db.deployment.updateMany({ data: { imageId: 'image' } })
  const restarted = await json('restart')
  expect(restarted.deployment.sourceId).toBe(named.deployment.id)
})

test('variables: set from arguments or stdin, listed without what is write-only, unset', async () => {
  await run('env', 'set', 'REGION=eu=1', '--readable')
  const fromStdin = await cli(dir, ['env', 'set', 'TOKEN'], { env, input: 'very secret\n' })
  expect(fromStdin.code, fromStdin.stderr).toBe(0)
  expect(fromStdin.stdout + fromStdin.stderr).not.toContain('very secret')
  expect(await json('env', 'list')).toMatchObject([
    { key: 'REGION', value: 'eu=1', writeOnly: false },
    { key: 'TOKEN', value: null, writeOnly: true },
  ])
  expect((await run('env', 'set', 'bad-name=1')).code).toBe(2)
  await run('env', 'unset', 'REGION', 'TOKEN')
  expect(await json('env')).toEqual([])
})

test('what a server asks of its callers is set from stdin, listed without its value, and removed', async () => {
  const { db } = platform.deps
  const userId = newId('usr')
  await db.user.create({ data: { id: userId, name: 'Ada', email: `${userId}@example.com` } })
  await db.member.create({ data: { teamId: platform.teamId, userId, role: 'caller' } })
  const made = await createApiKey(platform.deps, {
    ...{ teamId: platform.teamId, serverId: null, name: 'hers', scopes: ['call'] },
    ...{ expiresAt: null, createdById: userId },
  })
  const server = await db.server.findUniqueOrThrow({
    where: { slug: 'weather' },
    include: { route: true },
  })
  const plan = { callerSecrets: [{ name: 'token', header: 'X-Token', description: 'A token' }] }
  await db.deployment.update({ where: { id: server.route?.deploymentId ?? '' }, data: { plan } })
  const hers = { ...env, MOORAGE_API_KEY: made.key }
  const secrets = (args: string[], input = '') =>
    cli(dir, ['my-secrets', ...args, '--json'], { env: hers, input })
  expect((await secrets(['set', 'token'], 'very secret\n')).stdout).toContain('"set": "token"')
  const listed = await secrets(['list'])
  expect(JSON.parse(listed.stdout)).toMatchObject([
    { name: 'token', header: 'X-Token', updatedAt: expect.any(String) },
  ])
  expect(listed.stdout).not.toContain('very secret')
  expect((await secrets(['set', 'other'], 'x\n')).code).toBe(2)
  expect((await run('my-secrets', 'list')).stderr).toContain('of no person')
  expect((await secrets(['remove', 'token'])).code).toBe(0)
  expect((await secrets(['remove', 'token'])).code).toBe(4)
})

test('keys are limited when they are made and later; the limits are listed', async () => {
  const { id } = await json('keys', 'create', 'Limited', '--calls-per-minute', '60')
  expect((await run('keys')).stdout).toContain('60 a minute')
  const changed = await run(
    'keys',
    'update',
    id,
    '--calls-per-minute',
    'none',
    '--concurrent-calls',
    '2',
  )
  expect(changed.stdout).toContain('"Limited": all tools, 2 at once')
  expect((await run('keys', 'update', id)).code).toBe(2)
  expect((await run('keys', 'update', id, '--concurrent-calls', '0')).code).toBe(2)
})

test('a key is held to tools, and gets another secret while the one it had stays good', async () => {
  const made = await json('keys', 'create', 'Reader', '--scope', 'read', '--tools', 'read_*')
  expect(made.uses.tools).toEqual({ allow: ['read_*'], deny: [] })
  expect((await run('keys')).stdout).toContain('read_*')
  expect((await run('keys', 'update', made.id, '--tools', '!delete_*')).stdout).toContain(
    '!delete_*',
  )
  expect((await json('keys', 'update', made.id, '--tools', '')).uses).toBeNull()

  const asKey = async (key: string) => (await run('servers', '--key', key)).code
  const { key } = await json('keys', 'rotate', made.id, '--overlap', '1')
  expect([await asKey(made.key), await asKey(key)]).toEqual([0, 0])
  const last = await run('keys', 'rotate', made.id, '--overlap', '0')
  expect(last.stdout).toMatch(/^mrg_\w{40}\n$/)
  expect([await asKey(made.key), await asKey(key), await asKey(last.stdout.trim())]).toEqual([
    3, 3, 0,
  ])
  await run('keys', 'revoke', made.id)
  expect((await run('keys', 'rotate', made.id)).code).toBe(1)
})

test('who may call, and what of it, is shown and changed', async () => {
  expect(await json('access', 'weather')).toEqual({
    access: 'private',
    mayCall: 'team',
    chosen: [],
    rules: [],
  })
  const { id } = await json('keys', 'create', 'Chosen one')
  const choose = ['--may-call', 'chosen', '--choose', 'key:Chosen one']
  expect(await json('access', 'weather', ...choose)).toMatchObject({
    mayCall: 'chosen',
    chosen: [`key:${id}`],
  })
  const rule = ['--rule', 'role:viewer,role:caller', '--tools', 'read_* !read_secret']
  await json('access', 'weather', ...rule)
  expect((await run('access', 'weather')).stdout).toMatch(
    /role:viewer,role:caller +read_\* !read_secret +all +all/,
  )
  const other = await json('access', 'weather', ...rule.slice(0, 2), '--prompts', '!*')
  expect(other.rules).toHaveLength(1)
  expect(other.rules[0].prompts).toEqual({ allow: [], deny: [] })

  expect((await run('access', 'weather', '--choose', 'member:nobody@example.com')).code).not.toBe(0)
  expect((await run('access', 'weather', '--rule', 'role:king', '--tools', 'x')).code).toBe(2)
  expect((await run('access', 'weather', '--rule', 'everyone')).code).toBe(2)
  const back = ['--may-call', 'team', '--unchoose', `key:${id}`, '--drop-rule', rule[1] ?? '']
  expect(await json('access', 'weather', ...back)).toMatchObject({
    mayCall: 'team',
    chosen: [],
    rules: [],
  })
})

test('routing is shown and changed field by field', async () => {
  expect(await json('routing', 'weather')).toMatchObject({ callsPerMinute: null, redact: [] })
  const set = [
    '--set',
    'callsPerMinute=600',
    '--set',
    'redact=ssn,iban',
    '--set',
    'keepPayloads=true',
  ]
  expect(await json('routing', 'weather', ...set)).toMatchObject({
    callsPerMinute: 600,
    keepPayloads: true,
    redact: ['ssn', 'iban'],
    reopenSessions: true,
  })
  expect((await run('routing', 'weather', '--unset', 'callsPerMinute')).stdout).toMatch(
    /callsPerMinute +none/,
  )
  const wrong = await run('routing', 'weather', '--set', 'callsPerMinute=-1')
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('callsPerMinute')
})

test('what was asked and answered is in the JSON of requests, where it was kept', async () => {
  const { db } = platform.deps
  const server = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
  await db.requestLog.create({
    data: {
      ...{ requestId: 'req_1', serverId: server.id, at: new Date(), httpMethod: 'POST' },
      ...{ status: 200, durationMs: 1, requestBytes: 1, responseBytes: 1 },
      ...{ requestBody: '{"id":1}', responseBody: '{"result":{}}' },
    },
  })
  expect(await json('logs', 'weather', '--requests')).toMatchObject([
    { requestId: 'req_1', requestBody: '{"id":1}', responseBody: '{"result":{}}' },
  ])
})

test('a name of its own is added with the records to set, and counts only once they are there', async () => {
  const added = await run('domains', 'add', 'Tools.Acme-Corp.com', '--server', 'weather')
  expect(added.stdout).toMatch(/TXT +_moorage\.tools\.acme-corp\.com +moorage-domain=[0-9a-f]{32}/)
  expect(added.stdout).toMatch(/CNAME +tools\.acme-corp\.com +router\.test/)
  expect((await run('domains', 'list', 'weather')).stdout).toContain('waits for its TXT record')
  const early = await run('domains', 'verify', 'tools.acme-corp.com', '--server', 'weather')
  expect(early.code).toBe(2)
  expect(early.stderr).toContain('Add a TXT record _moorage.tools.acme-corp.com')
  expect((await run('domains', 'add', 'a.router.test', '--server', 'weather')).code).toBe(2)
  expect(await json('domains', 'remove', 'tools.acme-corp.com', '--server', 'weather')).toEqual({
    removed: 'tools.acme-corp.com',
  })
  expect((await json('domains', 'list', 'weather')).domains).toEqual([])
})

test('keys: the new one alone is on stdout; it works until it is revoked', async () => {
  const made = await run('keys', 'create', 'CI', '--scope', 'read,deploy', '--server', 'weather')
  const key = made.stdout.trim()
  expect(key).toMatch(/^mrg_[0-9A-Za-z]{40}$/)
  const asKey = { env: { ...env, MOORAGE_API_KEY: key } }
  expect((await cli(dir, ['servers', 'show'], asKey)).code).toBe(0)
  const listed = await json('keys', '--server', 'weather')
  expect(listed).toMatchObject([{ name: 'CI', scopes: ['read', 'deploy'], server: 'weather' }])
  expect(JSON.stringify(listed)).not.toContain(key)
  expect((await run('keys', 'revoke', listed[0].id)).code).toBe(0)
  expect((await cli(dir, ['servers', 'show'], asKey)).code).toBe(3)
  expect((await run('keys', 'create', 'x', '--scope', 'everything')).code).toBe(2)
})

test('logs: runtime lines, searched and counted back; the build log; new lines while followed', async () => {
  const server = await platform.deps.db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
  const [{ id: deploymentId }] = await json('deployments', 'list')
  const log = createLogWriter(platform.deps, {
    serverId: server.id,
    deploymentId,
    instanceId: null,
  })
  for (const text of ['first', 'second \u001b[2J\u0007', 'third']) log.write('stdout', text)
  log.write('stderr', 'fourth')
  await log.flush()
  const { stdout } = await run('logs')
  expect(stdout).toContain('stdout first')
  expect(stdout).not.toContain('\u001b')
  const texts = async (...args: string[]) =>
    (await json('logs', ...args)).map((line: { text: string }) => line.text)
  expect(await texts('-n', '2')).toEqual(['third', 'fourth'])
  expect(await texts('--search', 'THIRD')).toEqual(['third'])
  expect((await texts('--build'))[0]).toMatch(/^building /)
  const following = cli(dir, ['logs', '-f', '-n', '1'], { env, killAfter: /fifth/ })
  await new Promise((done) => setTimeout(done, 1_500))
  log.write('stdout', 'fifth')
  await log.flush()
  const followed = await following
  expect(followed.stdout).toContain('fourth')
  expect(followed.stdout).toContain('fifth')
  expect(followed.stdout).not.toContain('third')
})

test('requests: who called what, and only the failed ones where asked', async () => {
  const server = await platform.deps.db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
  const base = {
    requestId: 'r',
    serverId: server.id,
    at: new Date(),
    httpMethod: 'POST',
    rpcMethod: 'tools/call',
    clientName: 'inspector',
    durationMs: 12.3,
    requestBytes: 1,
    responseBytes: 1,
  }
  await platform.deps.db.requestLog.createMany({
    data: [
      { ...base, target: 'forecast', status: 200 },
      { ...base, target: 'alerts', status: 200, rpcErrorCode: -32602 },
    ],
  })
  expect((await run('logs', '--requests')).stdout).toMatch(
    /200 +12 ms +tools\/call forecast +inspector/,
  )
  expect(await json('logs', '--requests', '--failed')).toMatchObject([{ target: 'alerts' }])
  expect((await run('logs', '--failed')).code).toBe(2)
})

test('open says where the page is', async () => {
  expect(await json('open')).toEqual({ url: `${platform.url}/servers/weather` })
  expect((await run('open', 'nowhere')).code).toBe(4)
})
