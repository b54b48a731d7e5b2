import { finishInspection } from '@moorage/deployments/inspection'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCaller } from './app-router.ts'
import { startContext, type TestContext } from './testing/start-context.ts'

let context: TestContext
let caller: ReturnType<typeof createCaller>
const teamId = newId('team')

beforeAll(async () => {
  context = await startContext()
  await context.deps.db.team.create({ data: { id: teamId, slug: 'acme', name: 'Acme' } })
  caller = createCaller({
    ...context,
    principal: {
      kind: 'user',
      id: 'usr_1',
      name: 'U',
      email: 'u@example.com',
      memberships: [{ teamId, teamSlug: 'acme', role: 'developer' }],
    },
  })
})

afterAll(() => context.deps.close())

const settings = { start: 'uvx mcp-server-time' }
const document = JSON.stringify({
  openapi: '3.1.0',
  servers: [{ url: 'https://pets.example.com' }],
  paths: { '/pets': { get: { operationId: 'listPets' } } },
})

describe('a server without a repository', () => {
  test('is made of its settings, with its variables, and deployed at once', async () => {
    const env = { TOKEN: 'secret' }
    const made = await caller.servers.create({ slug: 'clock', source: 'settings', settings, env })
    expect(made).toMatchObject({
      source: 'settings',
      sourceLine: 'uvx mcp-server-time',
      settings: { start: ['uvx', 'mcp-server-time'] },
      repoUrl: null,
      isBehind: false,
      latest: { status: 'queued' },
    })
    expect(await caller.env.list({ slug: 'clock' })).toMatchObject([{ key: 'TOKEN', value: null }])
  })

  test.each([
    ['says nothing that runs', { port: 80 }, 'say what runs'],
    ['runs a file of nobody', { start: 'python server.py' }, 'No MCP server was found'],
    ['names a document that is not there', { openapi: { document: 'api.yaml' } }, 'not there'],
  ])('one that %s is refused, and leaves nothing behind', async (_, given, message) => {
    await expect(
      caller.servers.create({ slug: 'none', source: 'settings', settings: given }),
    ).rejects.toThrow(message)
    expect(await context.deps.db.server.count({ where: { slug: 'none' } })).toBe(0)
  })

  test('a field that is not known is named', async () => {
    const odd = { ...settings, comand: 'x' }
    await expect(
      caller.servers.create({ slug: 'none', source: 'settings', settings: odd }),
    ).rejects.toThrow('comand')
  })

  test('an uploaded document is kept, but in no view; one over 1 MB is refused', async () => {
    const openapi = { document: 'openapi.json' }
    const input = { slug: 'pets', source: 'settings' as const, settings: { openapi } }
    expect(JSON.stringify(await caller.servers.create({ ...input, document }))).not.toContain(
      'listPets',
    )
    const row = await context.deps.db.server.findUniqueOrThrow({ where: { slug: 'pets' } })
    expect(row.document).toBe(document)
    const large = ' '.repeat(1024 * 1024) + document
    await expect(
      caller.servers.create({ ...input, slug: 'large', document: large }),
    ).rejects.toThrow()
  })

  test('becomes one with a repository, and back, by saying so', async () => {
    const repoUrl = 'https://git.example.com/acme/clock.git'
    await expect(caller.servers.update({ slug: 'clock', repoUrl })).rejects.toThrow(
      'from a repository or from its settings',
    )
    const asGit = await caller.servers.update({ slug: 'clock', repoUrl, source: 'git' })
    expect(asGit).toMatchObject({ source: 'git', sourceLine: null, repoUrl })
    const back = await caller.servers.update({ slug: 'clock', source: 'settings' })
    expect(back).toMatchObject({ source: 'settings', repoUrl: null })
    await context.deps.db.deployment.updateMany({ data: { commitSha: 'a'.repeat(40) } })
    const again = await caller.deployments.create({ slug: 'clock' })
    expect(again.commitSha, 'what was once pushed is not deployed again').toBeNull()
  })
})

describe('settings of a server that is live', () => {
  test('are replaced as a whole, and ask for a deployment; a name alone does not', async () => {
    const { db } = context.deps
    const server = await db.server.create({
      data: { id: newId('srv'), teamId, slug: 'weather', name: 'weather' },
    })
    const deploymentId = newId('dep')
    await db.deployment.create({
      data: { id: deploymentId, serverId: server.id, trigger: 'push', status: 'live' },
    })
    await db.route.create({ data: { serverId: server.id, deploymentId, version: 1n } })
    expect(await caller.servers.update({ slug: 'weather', name: 'Weather' })).toMatchObject({
      isBehind: false,
    })
    await caller.servers.update({ slug: 'weather', settings: { port: 9000, node: '22' } })
    expect(
      await caller.servers.update({ slug: 'weather', settings: { node: '24' } }),
    ).toMatchObject({ isBehind: true, settings: { node: '24' } })
    expect((await caller.servers.get({ slug: 'weather' })).settings).toEqual({ node: '24' })
  })
})

describe('the preview of a plan', () => {
  test('is the plan with its reasons, and makes nothing', async () => {
    const before = await context.deps.db.server.count()
    const { plan } = await caller.plans.preview({ settings })
    expect(plan).toMatchObject({ kind: 'python', transport: 'stdio' })
    expect(plan?.reasons.length).toBeGreaterThan(0)
    expect(await context.deps.db.server.count()).toBe(before)
  })

  test('takes a document along, or says why there is no plan', async () => {
    const openapi = { document: 'openapi.json' }
    const found = await caller.plans.preview({ settings: { openapi }, document })
    expect(found.plan?.flavor).toBe('OpenAPI')
    const none = await caller.plans.preview({ settings: { openapi }, document: 'swagger: "2.0"' })
    expect(none).toMatchObject({ plan: null })
    expect(none.failure?.message).toMatch(/Swagger 2/)
  })
})

describe('a look at a repository', () => {
  test('is followed to its end', async () => {
    const asked = await caller.inspections.create({ repoUrl: 'https://git.example.com/a/b.git' })
    expect(asked).toMatchObject({ status: 'queued', branch: null })
    const seen: string[] = []
    for await (const view of await caller.inspections.watch({ id: asked.id })) {
      seen.push(view.status)
      const failure = { message: 'It was not found.', hint: null }
      await finishInspection(context.deps, { id: asked.id, teamId }, { failure })
    }
    expect(seen).toEqual(['queued', 'failed'])
    expect(await caller.inspections.get({ id: asked.id })).toMatchObject({
      failure: { message: 'It was not found.' },
    })
  })

  test('of a repository that only its owner can reach is refused with the way around', async () => {
    await expect(
      caller.inspections.create({ repoUrl: 'git@git.example.com:a/b.git' }),
    ).rejects.toThrow('behind ssh')
  })
})

test('a name of its own is shown once it is proven, and belongs to no other', async () => {
  const slug = 'named'
  await caller.servers.create({ slug, source: 'settings', settings })
  const hostname = 'tools.acme-corp.com'
  expect(await caller.domains.add({ slug, hostname })).toMatchObject({ verifiedAt: null })
  expect(await caller.servers.get({ slug })).toMatchObject({ ownUrls: [] })
  await context.deps.db.domain.updateMany({ data: { verifiedAt: new Date() } })
  expect(await caller.servers.get({ slug })).toMatchObject({ ownUrls: [`https://${hostname}/mcp`] })
  expect(await caller.domains.list({ slug })).toMatchObject({
    pointsTo: { type: 'CNAME', value: 'router' },
    domains: [{ hostname, verifiedAt: expect.any(Date) }],
  })
  await expect(caller.domains.add({ slug, hostname: 'x.web' })).rejects.toThrow('belongs to')
  await caller.domains.remove({ slug, hostname })
  expect(await caller.servers.get({ slug })).toMatchObject({ ownUrls: [] })
})
