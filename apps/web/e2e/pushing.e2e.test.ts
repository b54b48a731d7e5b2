import { createHmac, randomBytes } from 'node:crypto'
import { newId } from '@moorage/domain/id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'
import { goLive, server } from './seed.ts'
import { liveDeployment } from './seed-deployments.ts'
import { sha } from './sha.ts'

let opened: Opened
let page: Opened['page']
let db: Opened['db']
let serverId: string
let secret: string

const repoUrl = 'https://git.example.com/acme/weather.git'

beforeAll(async () => {
  opened = await openSignedIn(async ({ db, teamId }) => {
    serverId = await server(db, teamId, 'weather', { repoUrl })
    await goLive(db, serverId, new Date(), 'docker', 'ready', 'First version')
    await server(db, teamId, 'push-me', {})
  })
  ;({ page, db } = opened)
})
afterAll(() => opened?.close())

const hookUrl = () => `${opened.dashboard.url}/api/webhooks/${serverId}`

const payload = () =>
  JSON.stringify({
    ref: 'refs/heads/main',
    after: randomBytes(20).toString('hex'),
    head_commit: { message: 'A commit' },
    repository: { clone_url: repoUrl, full_name: 'acme/weather' },
  })

function send(body: string, key: string): Promise<Response> {
  const signature = createHmac('sha256', key).update(body).digest('hex')
  return fetch(hookUrl(), {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'push',
      'x-github-delivery': randomBytes(8).toString('hex'),
      'x-hub-signature-256': `sha256=${signature}`,
    },
  })
}

test('a webhook is set up in the dashboard: its secret is shown once, and what is signed with it is taken within a second', async () => {
  await page.goto('/servers/weather/webhooks')
  await page.getByText(hookUrl()).waitFor()
  await page.getByRole('button', { name: 'Make a secret' }).click()
  await page.getByText('It is shown this once').waitFor()
  secret = /[0-9a-f]{64}/.exec((await page.textContent('main')) ?? '')?.[0] ?? ''
  await page.reload()
  await page.getByRole('button', { name: 'New secret' }).waitFor()
  expect(await page.content()).not.toContain(secret)

  await send(payload(), secret) // The first request of a route loads it.
  const started = performance.now()
  const answer = await send(payload(), secret)
  expect(answer.status).toBe(202)
  expect(performance.now() - started).toBeLessThan(1_000)
  await page.getByText('Waiting', { exact: true }).first().waitFor()
})

test('a forged and an oversized delivery are refused, and listed by their reason alone', async () => {
  const before = await db.webhookDelivery.count()
  const forged = await send(payload(), 'guessed')
  expect(forged.status).toBe(401)
  expect(await forged.json()).toMatchObject({ error: { code: 'unauthenticated' } })
  expect((await send('x'.repeat(6 * 1024 * 1024), secret)).status).toBe(413)
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
  })
  const init = { method: 'POST', body: endless, duplex: 'half' } as const
  expect((await fetch(hookUrl(), init)).status).toBe(413)
  expect((await fetch(`${hookUrl()}x`, { method: 'POST' })).status).toBe(404)
  expect(await db.webhookDelivery.count()).toBe(before)
  await page.getByText('The signature is not made with the secret').waitFor()
  await page.getByText('This delivery is over 5 MB.').waitFor()
})

test('what came of a delivery is shown with its payload, and it can be done once more', async () => {
  const row = await db.webhookDelivery.findFirstOrThrow({ orderBy: { receivedAt: 'desc' } })
  const result = [
    { slug: 'weather', outcome: 'failed', message: 'It went wrong.', deploymentId: null },
  ]
  await db.webhookDelivery.updateMany({ data: { status: 'done', finishedAt: new Date() } })
  await db.webhookDelivery.update({ where: { id: row.id }, data: { status: 'failed', result } })
  const item = page.getByRole('listitem').filter({ hasText: 'It went wrong.' })
  await item.waitFor()
  await item.getByRole('button', { name: 'Payload' }).click()
  await page.getByText('"clone_url"').waitFor()
  await item.getByRole('button', { name: 'Redeliver' }).click()
  const status = async () =>
    (await db.webhookDelivery.findUniqueOrThrow({ where: { id: row.id } })).status
  await expect.poll(status).toBe('waiting')
})

test('watched paths are saved one a line', async () => {
  await page.getByLabel('Watched paths').fill('app/**\n\n packages/core/** \n')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. It counts from the next push on.').waitFor()
  const row = await db.server.findUniqueOrThrow({ where: { id: serverId } })
  expect(row.pushing).toMatchObject({ watchPaths: ['app/**', 'packages/core/**'] })
})

test('previews are listed with their URL; a fork waits for the commit to be approved, and one can be removed', async () => {
  await page.goto('/servers/push-me/previews')
  await page.getByText('git push moorage feature-x').waitFor()
  await page.goto('/servers/weather/previews')
  await page.getByText('No previews').waitFor()
  await addPreviews()
  await opened.events.publish({ type: 'server', serverId })
  await page.getByText('http://localhost:4410/weather--feature-x/mcp').waitFor()
  const fork = page.getByRole('listitem').filter({ hasText: '#12 of eve/weather' })
  await fork.getByText('Waits for approval').waitFor()
  expect(await fork.getByRole('button', { name: 'Promote' }).count()).toBe(0)
  await fork.getByRole('button', { name: /Approve/ }).click()
  await page.waitForURL(/\/deployments\/dep_/)
  expect(await db.deployment.count({ where: { kind: 'preview', status: 'queued' } })).toBe(1)
  await page.goto('/servers/weather/previews')
  await page.getByRole('button', { name: 'Remove the preview feature-x' }).click()
  await expect.poll(() => db.preview.count({ where: { name: 'feature-x' } })).toBe(0)
  expect(opened.faults).toEqual([])
})

async function addPreviews(): Promise<void> {
  const expiresAt = new Date(Date.now() + 6 * 86_400_000)
  const id = newId('prv')
  const own = { id, serverId, name: 'feature-x', ref: 'feature/x', expiresAt }
  await db.preview.create({ data: own })
  const live = liveDeployment(serverId, new Date(), { message: 'A feature', status: 'live' })
  await db.deployment.create({ data: { ...live, kind: 'preview', previewId: id } })
  await db.preview.update({ where: { id }, data: { deploymentId: live.id, version: 2n } })
  const waiting = { pendingSha: sha(), pendingMessage: 'Trust me', request: 12 }
  const fork = { name: 'pr-12', ref: 'refs/pull/12/head', fork: 'eve/weather' }
  await db.preview.create({
    data: { id: newId('prv'), serverId, expiresAt, ...fork, ...waiting },
  })
}

test('variables that changed since the start are offered to count by a redeploy without a build', async () => {
  await page.goto('/servers/weather/settings')
  expect(await page.getByRole('button', { name: 'Redeploy without rebuild' }).count()).toBe(0)
  await page.getByLabel('Add or replace').fill('TOKEN=x')
  const form = page.locator('form', { has: page.getByLabel('Add or replace') })
  await form.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Redeploy without rebuild' }).click()
  await page.waitForURL(/\/servers\/weather\/deployments\/dep_/)
  const live = await db.route.findUniqueOrThrow({ where: { serverId } })
  const where = { id: page.url().split('/').at(-1) ?? '' }
  expect(await db.deployment.findUniqueOrThrow({ where })).toMatchObject({
    ...{ trigger: 'rollback', sourceId: live.deploymentId, keepsEnv: false },
  })
})
