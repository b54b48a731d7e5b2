import { join } from 'node:path'
import type { JobWorker } from '@moorage/bus/jobs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'
import { startInspector } from './start-inspector.ts'

let opened: Opened
let page: Opened['page']
let db: Opened['db']
let inspector: JobWorker

beforeAll(async () => {
  opened = await openSignedIn()
  ;({ page, db } = opened)
  inspector = startInspector(opened, join(import.meta.dirname, '../../../e2e/servers'))
})
afterAll(async () => {
  await inspector?.close()
  await opened?.close()
})

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
    await page.getByRole('radio', { name: /python-pyproject/ }).check()
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
    await page.getByRole('radio', { name: /typescript-sdk/ }).check()
    const path = page.getByLabel('Path', { exact: true })
    const found = await path.inputValue()
    await path.fill('/other')
    await page.getByRole('button', { name: 'Reset Path' }).click()
    expect(await path.inputValue()).toBe(found)
    expect((await create('typescript-sdk')).settings).toEqual({})
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
