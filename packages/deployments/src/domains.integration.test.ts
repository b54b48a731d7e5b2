import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { createEvents } from '@moorage/bus/events'
import { createDb } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { ensureProgram } from '@moorage/testing/system-package'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  addDomain,
  isVerifiedDomain,
  listDomains,
  removeDomain,
  verifyDomain,
  verifyPendingDomains,
} from './domains.ts'

const actor = { id: 'usr_1', name: 'Ann' }
const ours = ['mcp.moorage.com', 'app.moorage.com']
let deps: { db: ReturnType<typeof createDb>; events: Awaited<ReturnType<typeof createEvents>> }
let first: { teamId: string; serverId: string }
let second: { teamId: string; serverId: string }
let dns: ChildProcess | null = null

beforeAll(async () => {
  const databaseUrl = await testDatabaseUrl()
  deps = { db: createDb(databaseUrl), events: await createEvents({ databaseUrl }) }
  first = await addServer()
  second = await addServer()
})

afterAll(async () => {
  dns?.kill()
  await deps.events.close()
  await deps.db.$disconnect()
})

async function addServer() {
  const [teamId, serverId] = [newId('team'), newId('srv')]
  const slug = serverId.replace('_', '-')
  await deps.db.team.create({ data: { id: teamId, slug: teamId.replace('_', '-'), name: 'T' } })
  await deps.db.server.create({ data: { id: serverId, teamId, slug, name: slug } })
  return { teamId, serverId }
}

/** A real name server that has these TXT records and no others. */
async function resolverWith(records: { txtName: string; txtValue: string }[]): Promise<Resolver> {
  dns?.kill()
  const program = await ensureProgram('dnsmasq', ['dnsmasq-base'], () => {})
  const txt = records.map(({ txtName, txtValue }) => `--txt-record=${txtName},${txtValue}`)
  const quiet = ['--keep-in-foreground', '--no-resolv', '--no-hosts', '--conf-file=/dev/null']
  for (;;) {
    const port = await freeUdpPort()
    const at = [`--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--user=root']
    dns = spawn(program, [...quiet, ...at, '--pid-file=', ...txt], { stdio: 'ignore' })
    // It wants the same port for TCP too, which may be taken: then it ends at once.
    const ended = once(dns, 'exit').then(() => null)
    const resolver = await Promise.race([answering(port), ended])
    if (resolver) return resolver
  }
}

/** The resolver, once the name server is up. */
async function answering(port: number): Promise<Resolver> {
  const resolver = new Resolver({ timeout: 500, tries: 3 })
  resolver.setServers([`127.0.0.1:${port}`])
  const isUp = () =>
    resolver.resolveTxt('nothing.here.com').then(
      () => true,
      ({ code }) => code !== 'ECONNREFUSED' && code !== 'ETIMEOUT',
    )
  await expect.poll(isUp, { timeout: 10_000 }).toBe(true)
  return resolver
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

test('a name counts once its record is in DNS, and not before', async () => {
  const target = { ...first, hostname: 'Tools.Müller.com' }
  const added = await addDomain(deps, { ...target, ours }, actor)
  expect(added).toMatchObject({
    hostname: 'tools.xn--mller-kva.com',
    txtName: '_moorage.tools.xn--mller-kva.com',
    verifiedAt: null,
  })
  const empty = await resolverWith([{ ...added, txtValue: 'moorage-domain=wrong' }])
  await expect(verifyDomain({ ...deps, resolver: empty }, target, actor)).rejects.toMatchObject({
    code: 'bad_input',
    hint: expect.stringContaining(added.txtValue),
  })
  expect(await isVerifiedDomain(deps, added.hostname)).toBe(false)
  const resolver = await resolverWith([added])
  await verifyDomain({ ...deps, resolver }, target, actor)
  expect(await isVerifiedDomain(deps, `${added.hostname.toUpperCase()}.`)).toBe(true)
  await removeDomain(deps, target, actor)
  expect(await isVerifiedDomain(deps, added.hostname)).toBe(false)
})

test('two may claim a name; it is with the one that has proven it last', async () => {
  const hostname = 'mcp.shared-name.com'
  const [one, two] = [
    await addDomain(deps, { ...first, hostname, ours }, actor),
    await addDomain(deps, { ...second, hostname, ours }, actor),
  ]
  expect(one.txtValue).not.toBe(two.txtValue)
  await verifyDomain(
    { ...deps, resolver: await resolverWith([one]) },
    { ...first, hostname },
    actor,
  )
  const resolver = await resolverWith([two])
  await expect(
    verifyDomain({ ...deps, resolver }, { ...first, hostname }, actor),
  ).rejects.toMatchObject({ code: 'bad_input' })
  await verifyDomain({ ...deps, resolver }, { ...second, hostname }, actor)
  expect(await listDomains(deps, { serverId: first.serverId })).toMatchObject([
    { verifiedAt: null },
  ])
  expect(await listDomains(deps, { serverId: second.serverId })).toMatchObject([
    { verifiedAt: expect.any(Date) },
  ])
})

test('a name is taken up when its record appears, but never away from who has proven it', async () => {
  const hostname = 'mcp.later-name.com'
  const one = await addDomain(deps, { ...first, hostname, ours }, actor)
  await verifyPendingDomains({ ...deps, resolver: await resolverWith([]) })
  expect(await isVerifiedDomain(deps, hostname)).toBe(false)
  const two = await addDomain(deps, { ...second, hostname, ours }, actor)
  const resolver = await resolverWith([one])
  await verifyPendingDomains({ ...deps, resolver })
  await verifyPendingDomains({ ...deps, resolver: await resolverWith([one, two]) })
  const verified = async ({ serverId }: typeof first) =>
    (await listDomains(deps, { serverId })).find((one) => one.hostname === hostname)?.verifiedAt
  expect(await verified(first)).toBeInstanceOf(Date)
  expect(await verified(second)).toBeNull()
})

test.each([
  ['mcp.moorage.com', 'forbidden'],
  ['x.app.moorage.com', 'forbidden'],
  ['localhost', 'bad_input'],
  ['a.internal', 'bad_input'],
  ['127.0.0.1', 'bad_input'],
  ['[::1]', 'bad_input'],
  ['a.com:8080', 'bad_input'],
  ['a.com/path', 'bad_input'],
  ['user@a.com', 'bad_input'],
  ['*.a.com', 'bad_input'],
  ['com', 'bad_input'],
  ['', 'bad_input'],
])('%s cannot be claimed', async (hostname, code) => {
  await expect(addDomain(deps, { ...first, hostname, ours }, actor)).rejects.toMatchObject({ code })
})

test('nothing can be done to the server of another team', async () => {
  const foreign = { teamId: second.teamId, serverId: first.serverId, hostname: 'a.foreign.com' }
  await expect(addDomain(deps, { ...foreign, ours }, actor)).rejects.toMatchObject({
    code: 'not_found',
  })
  await expect(removeDomain(deps, foreign, actor)).rejects.toMatchObject({ code: 'not_found' })
})
