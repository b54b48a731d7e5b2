import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createApiKey } from '@moorage/access/api-key'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'
import { seedServers, server } from './seed.ts'

let dataDir: string
let opened: Opened
let page: Opened['page']
let db: Opened['db']

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'moorage-web-'))
  opened = await openSignedIn(({ db, teamId }) => seedServers(db, teamId), {
    MOORAGE_DATA_DIR: dataDir,
  })
  ;({ page, db } = opened)
})
afterAll(async () => {
  await opened?.close()
  await rm(dataDir, { recursive: true })
})

const heading = (name: string) => page.getByRole('heading', { name })

describe('settings and keys', () => {
  test('a variable is written and never shown again', async () => {
    await page.goto('/servers/weather/settings')
    await page.getByLabel('Add or replace').fill('TOKEN="top secret value"')
    const form = page.locator('form', { has: page.getByLabel('Add or replace') })
    await form.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('It counts from the next deployment or restart on.').waitFor()
    await page.getByRole('button', { name: 'Remove TOKEN' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Remove TOKEN' }).waitFor()
    expect(await page.content()).not.toContain('top secret value')
  })

  test('a change of the source is saved; a bad one says why and changes nothing', async () => {
    await page.getByLabel('Branch').fill('release/2')
    await page.getByRole('button', { name: 'Save', exact: true }).first().click()
    await page.getByText('It counts from the next deployment on.').waitFor()
    await page.getByLabel('Root directory').fill('../..')
    await page.getByRole('button', { name: 'Save', exact: true }).first().click()
    await page.getByText('must be a path inside the repository').waitFor()
    const row = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
    expect([row.branch, row.rootDir]).toEqual(['release/2', '.'])
  })

  test('limits and what is kept of requests are saved, and count without a deployment', async () => {
    await page.goto('/servers/weather/settings')
    await page.getByLabel('Calls a minute of all callers').fill('600')
    await page.getByLabel('Answer with known lists while it wakes').check()
    await page.getByLabel('Keep what is asked and answered').check()
    await page.getByLabel('Keep out of it, too').fill('ssn, iban')
    await page.locator('#routing').getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. It counts at once.').waitFor()
    const { routing } = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
    expect(routing).toMatchObject({
      callsPerMinute: 600,
      concurrentCalls: null,
      listWhileAsleep: true,
      keepPayloads: true,
      redact: ['ssn', 'iban'],
    })
  })

  test('who may call and use what is saved, with what a rule leaves in view', async () => {
    await page.goto('/servers/weather/settings')
    const card = page.locator('#callers')
    await card.getByRole('combobox', { name: 'May call' }).click()
    await page.getByRole('option', { name: 'Chosen members and keys' }).click()
    await card.getByRole('combobox', { name: 'Chosen: add' }).click()
    await page.getByRole('option', { name: person.name }).click()
    await card.getByRole('button', { name: 'Add a rule' }).click()
    await card.getByRole('textbox', { name: 'Tools' }).fill('no_such_*')
    await card.getByText(/None of the \d+ tools/).waitFor()
    await card.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. It counts at once.').waitFor()
    const { policy } = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
    const user = await db.user.findFirstOrThrow({ where: { email: person.email } })
    expect(policy).toMatchObject({
      mayCall: 'chosen',
      chosen: [`member:${user.id}`],
      rules: [{ who: ['everyone'], tools: { allow: ['no_such_*'], deny: [] } }],
    })
  })

  test('a volume is added, its backups are downloaded and uploaded, and a restore asks once more', async () => {
    await page.getByLabel('Directory', { exact: true }).fill('/etc')
    await page.getByRole('button', { name: 'Add volume' }).click()
    await page.getByText('A volume cannot be at').waitFor()
    await page.getByLabel('Directory', { exact: true }).fill('/data')
    await page.getByRole('button', { name: 'Add volume' }).click()
    await page.getByText('There is none yet.').waitFor()
    await page.getByLabel('Back it up every day').click()
    await page.getByText('Saved.', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Back up now' }).click()
    await page.getByText('waiting', { exact: true }).waitFor()
    const { id, backupDaily } = await db.volume.findFirstOrThrow()
    expect(backupDaily).toBe(true)
    await db.volumeBackup.updateMany({ data: { status: 'done', sizeBytes: 12_345n } })

    const file = (name: string, buffer: Buffer) => ({ name, buffer, mimeType: 'application/gzip' })
    await page.getByLabel('Upload').setInputFiles(file('bad.tar.gz', Buffer.from('no archive')))
    await page.getByText('This is no archive that can be read.').waitFor()
    const archive = gzipSync(Buffer.alloc(1024))
    await page.getByLabel('Upload').setInputFiles(file('good.tar.gz', archive))
    await page.getByText('Uploaded. The volume has it once you restore it.').waitFor()
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).first().click()
    expect(gunzipSync(await readFile(await (await download).path()))).toEqual(gunzipSync(archive))
    await page.getByRole('button', { name: 'Restore' }).first().click()
    await page.getByText('Put back what this backup holds?').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
    await page.getByText('A restore is under way. Calls wait.').waitFor()
    const backup = await db.volumeBackup.findFirstOrThrow({
      where: { volumeId: id, origin: 'upload' },
    })
    expect((await db.volume.findFirstOrThrow()).restoreId).toBe(backup.id)
  })

  test('what a server asks of its callers is entered on a page of its own, shown as set, and removed', async () => {
    const live = await db.deployment.findFirstOrThrow({
      where: { status: 'live', server: { slug: 'notes-search' } },
    })
    const asked = {
      name: 'notes-token',
      header: 'X-Notes-Token',
      description: 'A token that may read your notes.',
      url: 'https://notes.example.com/tokens',
    }
    const plan = { ...Object(live.plan), callerSecrets: [asked] }
    await db.deployment.update({ where: { id: live.id }, data: { plan } })
    await page.goto('/servers/notes-search')
    await page.getByRole('link', { name: 'Enter yours' }).click()
    await page.getByText('Not set').waitFor()
    await page.getByLabel('Value').fill('top secret token')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('Saved. It counts at once').waitFor()
    await page.getByRole('button', { name: 'Remove notes-token' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Replace' }).waitFor()
    expect(await page.content()).not.toContain('top secret token')
    await page.getByRole('button', { name: 'Remove notes-token' }).click()
    await page.getByText('Not set').waitFor()
    expect(await db.callerSecret.count()).toBe(0)
    await page.goto('/connect/weather')
    await page.getByText('This server needs nothing of you.').waitFor()
    await page.goto('/servers/weather/settings')
  })

  test('what a server asks of each caller is set in its settings', async () => {
    const asked = page.locator('#asked')
    await asked.getByRole('button', { name: 'Ask for something' }).click()
    await asked.getByLabel('Name').fill('github-token')
    await asked.getByLabel('Header').fill('Cookie')
    await asked.getByText('is a header that is not to be had').waitFor()
    await asked.getByLabel('Header').fill('X-GitHub-Token')
    await asked.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved. It counts from the next deployment on.').waitFor()
    const settings = async () =>
      (await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })).settings
    expect(await settings()).toMatchObject({
      callerSecrets: [{ name: 'github-token', header: 'X-GitHub-Token' }],
    })
    await asked.getByRole('button', { name: 'Leave it to moorage.json' }).click()
    await expect.poll(settings).not.toHaveProperty('callerSecrets')
  })

  test('a domain shows the records to add, and its URL once they are found', async () => {
    await page.getByLabel('Add a domain').fill('Tools.Acme-Corp.com')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('_moorage.tools.acme-corp.com', { exact: true }).waitFor()
    await page.getByText('Waits for DNS').waitFor()
    await page.getByLabel('Add a domain').fill('localhost')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByText('This is no public host name.').waitFor()
    await db.domain.updateMany({ data: { verifiedAt: new Date() } })
    await page.reload()
    await page.getByText('https://tools.acme-corp.com/mcp', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove tools.acme-corp.com' }).click()
    await page.getByText('tools.acme-corp.com is removed.').waitFor()
    expect(await db.domain.count()).toBe(0)
  })

  test('a call says all that is known of it, and a link to it shows the same', async () => {
    const server = await db.server.findUniqueOrThrow({ where: { slug: 'weather' } })
    const deployment = await db.deployment.findFirstOrThrow({ where: { serverId: server.id } })
    await db.instance.create({
      data: {
        ...{ id: 'ins_1', serverId: server.id, deploymentId: deployment.id },
        ...{ runtime: 'process', state: 'stopped' },
      },
    })
    await db.requestLog.create({
      data: {
        ...{ requestId: 'req_detail', serverId: server.id, at: new Date(), httpMethod: 'POST' },
        ...{ rpcMethod: 'tools/call', target: 'get_tides', status: 200, rpcErrorCode: -32602 },
        ...{ durationMs: 41, requestBytes: 214, responseBytes: 1340, instanceId: 'ins_1' },
        ...{ principalId: 'key_1', principalName: 'Ada', clientName: 'claude-code' },
        requestBody: '{"method":"tools/call"}',
        responseBody: '{"error":{"code":-32602}}',
      },
    })
    await page.goto('/servers/weather/requests')
    await page.getByRole('button', { name: 'tools/call get_tides' }).click()
    const detail = page.getByRole('dialog', { name: 'tools/call get_tides' })
    await detail.getByText('JSON-RPC error -32602').waitFor()
    await detail.getByText('"code": -32602').waitFor()
    await detail.getByRole('button', { name: 'Copy req_detail' }).waitFor()
    const link = page.url()
    expect(link).toMatch(/[?&]request=\d+$/)
    await page.keyboard.press('Escape')
    expect(page.url()).not.toContain('request=')
    await page.goto(link)
    await detail.getByRole('link', { name: 'its deployment' }).click()
    await page.waitForURL(new RegExp(`/deployments/${deployment.id}$`))
  })

  test('lines that were lost are told to whoever reads the log', async () => {
    const node = { id: 'node_1', seenAt: new Date(), lostRows: 12 }
    await db.routerNode.create({ data: node })
    await page.goto('/servers/weather/requests')
    await page.getByText('12 lines of request logs could not be written').waitFor()
    await db.routerNode.deleteMany()
  })

  test('a change of the password that is refused says why', async () => {
    await page.goto('/account')
    await page.getByLabel('Present password').fill('not the present one')
    await page.getByLabel('New password').fill('another long password')
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByText('Invalid password').waitFor()
  })

  test('a server is deleted only by whoever types its name', async () => {
    await server(db, opened.teamId, 'short-lived', {})
    await page.goto('/servers/short-lived/settings')
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    const sure = page.getByRole('button', { name: 'Delete for good' })
    expect(await sure.isDisabled()).toBe(true)
    await page.getByLabel('Type short-lived to delete it').fill('short-lived')
    await sure.click()
    await heading('Servers').waitFor()
    expect(await db.server.count({ where: { slug: 'short-lived' } })).toBe(0)
  })

  test('a key is shown once, works for what it was made for, and not after it is revoked', async () => {
    await page.goto('/keys')
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('Reader')
    await page.getByLabel('Calls a minute').fill('60')
    await page.getByRole('checkbox', { name: /^Call/ }).uncheck()
    await page.getByRole('checkbox', { name: /^Read/ }).check()
    await page.getByRole('button', { name: 'Create the key' }).click()
    const key = await page.getByText(/^mrg_[0-9A-Za-z]{40}$/).textContent()
    const list = () =>
      fetch(`${opened.dashboard.url}/api/trpc/servers.list`, {
        headers: { authorization: `Bearer ${key}` },
      })
    expect((await list()).status).toBe(200)
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Limits of Reader: 60 a minute' }).click()
    await page.getByLabel('Calls at once').fill('2')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('button', { name: 'Limits of Reader: 60 a minute, 2 at once' }).waitFor()
    await page.getByRole('button', { name: 'Revoke Reader' }).click()
    await page.getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('“Reader” is revoked.').waitFor()
    expect((await list()).status).toBe(401)
    expect(await page.content()).not.toContain(key)
  })
})

describe('around the pages', () => {
  test('Ctrl-K finds a server by name, and g k leads to the keys', async () => {
    await page.goto('/')
    await page.getByText('notes-search').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Go to a server or a page').fill('ledger')
    await page.getByRole('option', { name: /Ledger/ }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/servers\/ledger-reconciliation-bridge-production$/)
    await page.keyboard.press('g')
    await page.keyboard.press('l')
    await page.waitForURL(/\/logs$/)
    await page.getByLabel('Search the log').waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('k')
    await heading('Keys').waitFor()
  })

  test('the chosen theme is in the first byte of the page, so that nothing flashes', async () => {
    await page.getByRole('button', { name: 'Dark' }).click()
    const cookies = await opened.context.cookies()
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const html = await (await fetch(`${opened.dashboard.url}/keys`, { headers: { cookie } })).text()
    expect(html).toMatch(/<html[^>]*data-theme="dark"/)
    expect(await lightness()).toBeLessThan(0.3)
    await page.getByRole('button', { name: 'Light' }).click()
    expect(await lightness()).toBeGreaterThan(0.9)
    await page.getByRole('button', { name: 'As the system' }).click()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await lightness()).toBeLessThan(0.3)
    await page.emulateMedia({ colorScheme: 'light' })
    expect(await lightness()).toBeGreaterThan(0.9)
  })

  test('on a phone a bar leads on, and to what it has no room for under More', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto('/')
    const bar = page.getByRole('navigation', { name: 'Main' })
    await bar.getByRole('link', { name: 'Keys' }).click()
    await heading('Keys').waitFor()
    await bar.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Notifications' }).click()
    await heading('Notifications').waitFor()
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  test("another team's server is a 404, for pages and for the API", async () => {
    await db.team.create({ data: { id: 'team_other', slug: 'other', name: 'Other' } })
    await server(db, 'team_other', 'theirs', {})
    for (const path of ['', '/logs', '/requests', '/settings'])
      expect((await page.goto(`/servers/theirs${path}`))?.status(), path).toBe(404)
    await heading('There is nothing here').waitFor()
    const key = await adminKey()
    const input = encodeURIComponent(JSON.stringify({ json: { slug: 'theirs' } }))
    for (const call of ['servers.get', 'servers.watch', 'logs.follow', 'env.list']) {
      const answer = await fetch(`${opened.dashboard.url}/api/trpc/${call}?input=${input}`, {
        headers: { authorization: `Bearer ${key}` },
      })
      expect(await answer.text(), call).toContain('There is no such server')
    }
  })

  test('a foreign page that sends our cookie along changes nothing', async () => {
    const cookies = await opened.context.cookies()
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const remove = (headers: Record<string, string>) =>
      fetch(`${opened.dashboard.url}/api/trpc/servers.remove`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ json: { slug: 'crm', confirm: 'crm' } }),
      })
    expect((await remove({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await remove({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await remove({})).status).toBe(403)
    expect(await db.server.count({ where: { slug: 'crm' } })).toBe(1)
    expect((await remove({ origin: opened.dashboard.url })).status).toBe(200)
    expect(await db.server.count({ where: { slug: 'crm' } })).toBe(0)
  })

  test('certificates are granted to known names alone', async () => {
    const check = async (domain: string) =>
      (await fetch(`${opened.dashboard.url}/api/tls-check?domain=${domain}`)).status
    expect(await check('weather.localhost')).toBe(200)
    expect(await check('nobody.localhost')).toBe(404)
    expect(await check('weather.evil.example')).toBe(404)
  })

  test('after signing out the pages are closed again', async () => {
    await page.goto('/')
    await page.getByRole('button', { name: person.name }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.waitForURL(/\/sign-in/)
    await page.goto('/keys')
    await page.waitForURL(/\/sign-in\?next=%2Fkeys/)
  })

  test('no page failed in the browser, and nothing unexpected was logged', () => {
    expect(opened.faults).toEqual([])
    expect(opened.dashboard.output()).not.toMatch(/Error:|⨯/)
  })

  test('a stream flows at once, and the process ends with one open when its supervisor is gone', async () => {
    const key = await adminKey()
    const stream = await fetch(`${opened.dashboard.url}/api/trpc/servers.watchAll`, {
      headers: { authorization: `Bearer ${key}`, 'accept-encoding': 'gzip' },
    })
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    let seen = ''
    while (!seen.includes('weather')) seen += (await reader?.read())?.value ?? ''
    expect(seen).toContain('weather')
    opened.dashboard.child.disconnect()
    expect(await opened.dashboard.exited).toBe(0)
  })
})

async function adminKey(): Promise<string> {
  const { db, events, teamId } = opened
  const { key } = await createApiKey(
    { db, events },
    {
      teamId,
      serverId: null,
      name: 'admin',
      scopes: ['admin'],
      expiresAt: null,
      createdById: null,
    },
  )
  return key
}

/** Of the page's ground as it is painted, from 0 to 1. */
function lightness(): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.createElement('canvas').getContext('2d')
    if (!canvas) throw new Error('no canvas')
    canvas.fillStyle = getComputedStyle(document.body).backgroundColor
    canvas.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data
    return (red + green + blue) / 3 / 255
  })
}
