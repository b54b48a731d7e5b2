import { newId } from '@moorage/domain/id'
import { createLogWriter } from '@moorage/logs/append'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'
import { seedServers } from './seed.ts'

let opened: Opened
let page: Opened['page']
let db: Opened['db']

beforeAll(async () => {
  opened = await openSignedIn(({ db, teamId }) => seedServers(db, teamId))
  ;({ page, db } = opened)
})
afterAll(() => opened?.close())

describe('a server', () => {
  test('shows its state, its URL and what the handshake found', async () => {
    await page.goto('/servers/weather')
    await page.getByTitle('http://localhost:4410/weather/mcp').waitFor()
    await page.getByText('get_forecast', { exact: true }).click()
    await page.getByText('one of metric, imperial').waitFor()
    await page.getByText('weather://stations').waitFor()
  })

  test('a key made in place is filled into every snippet, and is nowhere after a reload', async () => {
    await page.getByRole('button', { name: 'Create a key' }).click()
    await page.getByText('It is shown this once').waitFor()
    const key = /mrg_[0-9A-Za-z]{40}/
    for (const name of ['Cursor', 'Python', 'Claude Code']) {
      await page.getByRole('tab', { name }).click()
      expect(await page.getByRole('tabpanel', { name }).textContent()).toMatch(key)
    }
    await page.reload()
    await page.getByRole('tab', { name: 'Cursor' }).waitFor()
    expect(await page.content()).not.toMatch(key)
  })

  test('one that runs without isolation says so', async () => {
    await page.goto('/servers/ledger-reconciliation-bridge-production')
    await page.getByText('No isolation, development only').waitFor()
  })

  test('one that sleeps says so, and how to wake it', async () => {
    await page.goto('/')
    const row = page.getByRole('row').filter({ hasText: 'night-shift' })
    await row.getByText('Sleeping', { exact: true }).waitFor()
    await page.goto('/servers/night-shift')
    await page.getByText('The next call wakes it').waitFor()
  })

  test('a failed deployment quotes the line that matters, and what to do', async () => {
    await page.goto('/servers/pdf-tools')
    await page.getByRole('link', { name: 'See why' }).click()
    const card = page.getByRole('alert').filter({ hasText: 'exit code 1' })
    const line = card.getByText('ERROR: Could not find a version')
    expect(await line.locator('..').getAttribute('class')).toContain('border-failed')
    await card.getByText('Correct the name and push again.').waitFor()
  })

  test('its state follows the deployment without a reload', async () => {
    const row = await db.deployment.findFirstOrThrow({
      where: { status: 'building', server: { slug: 'notes-search' } },
    })
    await page.goto(`/servers/notes-search/deployments/${row.id}`)
    await page.getByText('Building', { exact: true }).waitFor()
    await db.deployment.update({
      where: { id: row.id },
      data: { status: 'canceled', finishedAt: new Date() },
    })
    await opened.events.publish({
      type: 'deployment',
      serverId: row.serverId,
      deploymentId: row.id,
    })
    await page.getByText('Canceled', { exact: true }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
  })
})

describe('logs', () => {
  const end = () =>
    page
      .getByRole('region', { name: 'Log' })
      .evaluate((it) => it.scrollHeight - it.scrollTop - it.clientHeight)

  test('new lines appear as they are written, and the view follows while its end is in sight', async () => {
    await page.goto('/servers/weather/logs')
    await page.getByText('999').first().waitFor()
    await write(`\u001b[32mfollowed\u001b[0m line${'\nand more'.repeat(10)}`)
    await page.getByText('followed', { exact: true }).waitFor()
    await expect.poll(end).toBeLessThan(40)
  })

  test('new lines do not move a reader who has scrolled up, and older ones are fetched', async () => {
    const log = page.getByRole('region', { name: 'Log' })
    await log.evaluate((it) => it.scrollTo({ top: it.scrollHeight / 2 }))
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    const top = () => log.evaluate((it) => it.scrollTop)
    const before = await top()
    const seen = await firstVisibleLine()
    await write('one\ntwo\nthree')
    await page.getByRole('button', { name: '3 new' }).waitFor()
    expect(await firstVisibleLine()).toBe(seen)
    expect(Math.abs((await top()) - before)).toBeLessThan(3)
    await log.evaluate((it) => it.scrollTo({ top: 100 }))
    await expect.poll(() => log.evaluate((it) => it.scrollHeight)).toBeGreaterThan(700 * 20)
    await page.getByRole('button', { name: '3 new' }).click()
    await page.getByText('three', { exact: true }).waitFor()
    await expect.poll(end).toBeLessThan(40)
  })

  test('a search is in the address, and shows what it showed to whoever opens the link', async () => {
    await page.getByLabel('Search the log').fill('answered late')
    await page.waitForURL(/q=answered(\+|%20)late/)
    await page.reload()
    await page.getByText('answered late').first().waitFor()
    expect(await page.getByText('get_forecast').count()).toBe(0)
    expect(await page.getByLabel('Search the log').inputValue()).toBe('answered late')
  })

  test('requests appear as they are made', async () => {
    await page.goto('/servers/weather/requests')
    await page.getByText('nearest_station').first().waitFor()
    const weather = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
    await db.requestLog.create({
      data: {
        requestId: newId('req'),
        serverId: weather.id,
        at: new Date(),
        httpMethod: 'POST',
        rpcMethod: 'tools/call',
        target: 'brand_new_tool',
        status: 503,
        durationMs: 12,
        requestBytes: 1,
        responseBytes: 1,
      },
    })
    await opened.events.publish({ type: 'request-log', serverId: weather.id })
    await page.getByText('brand_new_tool').waitFor()
    await page.getByRole('link', { name: 'Failed' }).click()
    await page.waitForURL(/show=failed/)
    await expect.poll(() => page.getByText('200', { exact: true }).count()).toBe(0)
    await page.getByText('brand_new_tool').waitFor()
  })
})

async function write(text: string): Promise<void> {
  const live = await db.deployment.findFirstOrThrow({
    where: { status: 'live', server: { slug: 'weather' } },
  })
  const source = { serverId: live.serverId, deploymentId: live.id, instanceId: null }
  const writer = createLogWriter({ db, events: opened.events }, source)
  writer.write('stdout', text)
  await writer.flush()
}

/** The text of the line at the upper edge of the log. */
function firstVisibleLine(): Promise<string> {
  return page.getByRole('region', { name: 'Log' }).evaluate((log) => {
    const edge = log.getBoundingClientRect().top
    const rows = [...log.querySelectorAll('[data-index]')]
    const row = rows.find((it) => it.getBoundingClientRect().bottom > edge + 4)
    return row?.textContent ?? ''
  })
}
