import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JobWorker } from '@moorage/bus/jobs'
import { makeCertificate } from '@moorage/testing/tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'
import { startInspector } from './start-inspector.ts'

let opened: Opened
let page: Opened['page']
let db: Opened['db']
let inspector: JobWorker
let documents: Awaited<ReturnType<typeof serveDocuments>>

beforeAll(async () => {
  documents = await serveDocuments()
  opened = await openSignedIn(undefined, {
    MOORAGE_TRUSTED_REPO_HOSTS: documents.host,
    MOORAGE_BUILD_CA_FILE: documents.caFile,
  })
  ;({ page, db } = opened)
  inspector = startInspector(opened, join(import.meta.dirname, '../../../e2e/servers'))
})
afterAll(async () => {
  await inspector?.close()
  await opened?.close()
  documents?.close()
})

/** An OpenAPI document at an https address of this machine. */
async function serveDocuments() {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-documents-'))
  const { cert, key, caFile } = await makeCertificate(dir)
  const paths = { '/ships': { get: { operationId: 'ships' }, post: { operationId: 'moor' } } }
  const servers = [{ url: 'https://harbour.example.com' }]
  const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'Harbour' }, servers, paths })
  const server = createServer({ cert, key }, ({ url }, response) => {
    if (url === '/openapi.json') response.end(text)
    else response.writeHead(404).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `localhost:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return { host, caFile, close }
}

const create = async (slug: string) => {
  await page.getByRole('button', { name: 'Create and deploy' }).click()
  await page.waitForURL(new RegExp(`/servers/${slug}/deployments/dep_`))
  return db.server.findUniqueOrThrow({ where: { slug }, include: { env: true } })
}
const from = (source: string) => page.goto(`/new?source=${source}`)
const planShows = () => page.getByRole('heading', { name: 'Plan' }).waitFor()

describe('from a repository', () => {
  beforeEach(async () => {
    await page.goto('/new')
  })

  test('each server in it is offered with its plan, and what is changed goes into the settings', async () => {
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/tools.git')
    await page.keyboard.press('Tab')
    await page.getByRole('heading', { name: /servers are in it/ }).waitFor()
    await page.getByRole('button', { name: /python-pyproject/ }).click()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('python-pyproject')
    await page
      .getByText(/because it is the one file|because /)
      .first()
      .waitFor()
    await page.getByLabel('Port', { exact: true }).fill('many')
    await page.getByText('A port is a number from 1 to 65535.').waitFor()
    await page.getByRole('button', { name: 'Create and deploy' }).click()
    await page.getByText('Correct what is marked above.').waitFor()
    await page.getByLabel('Port', { exact: true }).fill('9000')
    await page.getByText('because it is set here').waitFor()
    await page.getByText('More to set').click()
    await page.getByLabel('Debian packages').fill('ffmpeg libpq5')
    const row = await create('python-pyproject')
    expect(row).toMatchObject({
      source: 'git',
      repoUrl: 'https://git.example.com/acme/tools.git',
      rootDir: 'python-pyproject',
      settings: { port: 9000, packages: ['ffmpeg', 'libpq5'] },
    })
  })

  test('a change that is taken back leaves nothing in the settings', async () => {
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/second.git')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /typescript-sdk/ }).click()
    const path = page.getByLabel('Path', { exact: true })
    const found = await path.inputValue()
    await path.fill('/other')
    await page.getByRole('button', { name: 'Reset Path' }).click()
    expect(await path.inputValue()).toBe(found)
    expect((await create('typescript-sdk')).settings).toEqual({})
  })

  test('several of its servers are made at once, each with its name and its own plan', async () => {
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/many.git')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /broken-crash/ }).click()
    await page.getByRole('checkbox', { name: 'go-dockerfile' }).check()
    await page.getByText('in go-dockerfile').click()
    await page.getByLabel('Port', { exact: true }).last().fill('9100')
    await page.getByLabel('go-dockerfile', { exact: true }).last().fill('broken-crash')
    await page.getByText('Two of them cannot have one name.').first().waitFor()
    await page.getByLabel('go-dockerfile', { exact: true }).last().fill('many-go')
    await page.getByRole('button', { name: 'Create 2 servers' }).click()
    await page.waitForURL(`${opened.dashboard.url}/`)
    const rows = await db.server.findMany({
      where: { repoUrl: { contains: 'many' } },
      orderBy: { slug: 'asc' },
      include: { deployments: true },
    })
    expect(rows.map(({ slug, rootDir, settings }) => [slug, rootDir, settings])).toEqual([
      ['broken-crash', 'broken-crash', {}],
      ['many-go', 'go-dockerfile', { port: 9100 }],
    ])
    expect(rows.map(({ deployments }) => deployments.length)).toEqual([1, 1])
  })

  test('one that cannot be looked at says why, and can be made all the same', async () => {
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/missing.git')
    await page.keyboard.press('Tab')
    await page.getByText('The repository was not found.').waitFor()
    await page.getByRole('button', { name: 'Look again' }).waitFor()
    await page.getByLabel('Root directory').fill('server')
    expect((await create('missing')).rootDir).toBe('server')
  })
})

describe('without a repository', () => {
  test('a command shows its plan as it is typed', async () => {
    await from('command')
    const field = page.getByLabel('Command, or mcpServers JSON')
    await field.fill('python server.py')
    await page.getByText('runs something of your own machine').waitFor()
    await field.fill('uvx mcp-server-time')
    await planShows()
    await page.getByText('Python package').waitFor()
    const row = await create('mcp-server-time')
    expect(row).toMatchObject({
      source: 'settings',
      settings: { start: ['uvx', 'mcp-server-time'] },
    })
  })

  test('pasted JSON brings its name, and its secrets as variables', async () => {
    await from('command')
    const entry = { command: 'npx', args: ['-y', '@scope/x'], env: { API_TOKEN: 'very-secret' } }
    await page
      .getByLabel('Command, or mcpServers JSON')
      .fill(JSON.stringify({ mcpServers: { tickets: entry } }))
    await planShows()
    const row = await create('tickets')
    expect(row.env.map(({ key }) => key)).toEqual(['API_TOKEN'])
    expect(JSON.stringify(row)).not.toContain('very-secret')
  })

  test('an image, with another port', async () => {
    await from('image')
    await page.getByLabel('Image', { exact: true }).fill('registry.example.com/acme/radar:1.2')
    await planShows()
    await page.getByLabel('Port', { exact: true }).fill('3000')
    expect((await create('radar')).settings).toEqual({
      image: 'registry.example.com/acme/radar:1.2',
      port: 3000,
    })
  })

  test('operations of an OpenAPI document are chosen and renamed; its key is a variable', async () => {
    await from('openapi')
    const paths = {
      '/pets': { get: { operationId: 'listPets' }, post: { operationId: 'addPet' } },
      '/pets/{id}': { delete: { operationId: 'removePet' } },
    }
    const text = JSON.stringify({ openapi: '3.1.0', info: { title: 'Pet store' }, paths })
    const file = page.locator('input[type=file]')
    const mimeType = 'application/json'
    await file.setInputFiles({ name: 'x.json', mimeType, buffer: Buffer.from('{}') })
    await page.getByText('is not an OpenAPI 3 document').waitFor()
    await page.getByRole('button', { name: 'Another one' }).click()
    await file.setInputFiles({ name: 'pets.json', mimeType, buffer: Buffer.from(text) })
    await page.getByText('so say where the API answers').waitFor()
    await page.getByLabel('Address of the API').fill('https://pets.example.com')
    await page.getByRole('checkbox', { name: 'DELETE /pets/{id}' }).uncheck()
    await page.getByText('2 of 3 operations become tools').waitFor()
    await page.getByLabel('Tool name of GET /pets').fill('all_pets')
    await page.getByRole('button', { name: 'Add a header' }).click()
    await page.getByLabel('Name of header 1').fill('X-API-Key')
    await page.getByLabel('Value of header 1').fill('very-secret')
    await planShows()
    const row = await create('pet-store')
    expect(row.document).toBe(text)
    expect(row.settings).toEqual({
      openapi: {
        document: 'openapi.json',
        baseUrl: 'https://pets.example.com',
        include: ['listPets', 'addPet'],
        tools: { listPets: { name: 'all_pets' } },
        headers: { 'X-API-Key': `\${X_API_KEY}` },
      },
    })
    expect(row.env.map(({ key }) => key)).toEqual(['X_API_KEY'])
  })

  test('an OpenAPI document at an address shows its operations, and why where it cannot', async () => {
    await from('openapi')
    const address = page.getByLabel('Or its address')
    await address.fill(`https://${documents.host}/missing.json`)
    await page.getByText('it answers with status 404').waitFor()
    await address.fill(`https://${documents.host}/openapi.json`)
    await page.getByText('2 of 2 operations become tools').waitFor()
    await page.getByRole('checkbox', { name: 'POST /ships' }).uncheck()
    await planShows()
    const row = await create('harbour')
    const document = `https://${documents.host}/openapi.json`
    expect(row.settings).toEqual({ openapi: { document, include: ['ships'] } })
    expect(row.document).toBeNull()
  })

  test('a remote server, whose header is a variable', async () => {
    await from('remote')
    await page.getByLabel('URL of the server').fill('mcp.example.com')
    await page.getByText('Write it as https://host/path.').waitFor()
    await page.getByLabel('URL of the server').fill('https://mcp.example.com/mcp')
    await page.getByLabel('Value of header 1').fill('Bearer very-secret')
    await planShows()
    const row = await create('mcp-example-com')
    expect(row.settings).toEqual({
      remote: {
        url: 'https://mcp.example.com/mcp',
        headers: { Authorization: `\${AUTHORIZATION}` },
      },
    })
  })
})

describe('settings of a server', () => {
  test('of a remote one: its address and its headers, whose values are never shown', async () => {
    await page.goto('/servers/mcp-example-com/settings')
    expect(await page.getByLabel('Value of header 1').inputValue()).toBe('')
    await page.getByLabel('URL of the server').fill('https://mcp.example.com/v2')
    await page.getByRole('button', { name: 'Add a header' }).click()
    await page.getByLabel('Name of header 2').fill('X-Team')
    await page.getByLabel('Value of header 2').fill('harbour')
    await page.getByRole('button', { name: 'Save', exact: true }).nth(1).click()
    await page.getByText('It counts from the next deployment on.').waitFor()
    const where = { slug: 'mcp-example-com' }
    const row = await db.server.findUniqueOrThrow({ where, include: { env: true } })
    expect(row.settings).toEqual({
      remote: {
        url: 'https://mcp.example.com/v2',
        headers: { Authorization: `\${AUTHORIZATION}`, 'X-Team': `\${X_TEAM}` },
      },
    })
    expect(row.env.map(({ key }) => key).sort()).toEqual(['AUTHORIZATION', 'X_TEAM'])
  })

  test('are changed by field, and as JSON; what is not known is refused', async () => {
    await page.goto('/servers/radar/settings')
    await page.getByLabel('Port', { exact: true }).fill('4000')
    await page.getByLabel('Start command').fill('node server.js')
    await page.getByRole('button', { name: 'Save', exact: true }).nth(1).click()
    await page.getByText('It counts from the next deployment on.').waitFor()
    await page.getByRole('button', { name: 'As JSON' }).click()
    const text = page.getByLabel('Settings', { exact: true })
    const saved = JSON.parse(await text.inputValue())
    expect(saved).toEqual({
      image: 'registry.example.com/acme/radar:1.2',
      port: 4000,
      start: ['node', 'server.js'],
    })
    await text.fill('{"prot": 1}')
    await page.getByText('Unrecognized key').waitFor()
    const { port: _, ...rest } = saved
    await text.fill(JSON.stringify(rest))
    await page.getByRole('button', { name: 'Save', exact: true }).nth(1).click()
    await expect
      .poll(async () => (await db.server.findUniqueOrThrow({ where: { slug: 'radar' } })).settings)
      .toEqual(rest)
  })

  test('the schema of moorage.json is there for editors, signed in or not', async () => {
    const response = await fetch(`${opened.dashboard.url}/schema/moorage.json`)
    expect(response.headers.get('cache-control')).toContain('public')
    expect(await response.json()).toMatchObject({ title: 'moorage.json', type: 'object' })
  })
})

test('no script failed on any of these pages', () => {
  expect(opened.faults).toEqual([])
})
