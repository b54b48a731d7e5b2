import { issueSetupToken } from '@moorage/access/setup'
import { freePort } from '@moorage/embedded/free-port'
import { chromiumPath, testDatabaseUrl } from '@moorage/testing/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Opened, openDashboard } from './open-dashboard.ts'
import { person } from './open-signed-in.ts'

let opened: Opened
let page: Opened['page']
let db: Opened['db']

beforeAll(async () => {
  opened = await openDashboard({
    databaseUrl: await testDatabaseUrl(),
    port: await freePort(0),
    chromium: chromiumPath(),
  })
  ;({ page, db } = opened)
})
afterAll(() => opened?.close())

const heading = (name: string) => page.getByRole('heading', { name })

describe('the first person', () => {
  test('without a session every page leads to sign-in or set-up, and the API answers 401', async () => {
    for (const path of ['/', '/new', '/keys', '/servers/weather', '/servers/weather/logs']) {
      const response = await fetch(opened.dashboard.url + path, { redirect: 'manual' })
      expect([response.status, response.headers.get('location')], path).toEqual([
        307,
        expect.stringMatching(/^\/sign-in\?next=/),
      ])
    }
    const call = await fetch(`${opened.dashboard.url}/api/trpc/servers.list`)
    expect(call.status).toBe(401)
  })

  test('a set-up link that is not the newest is refused, with the way to the right one', async () => {
    await page.goto('/setup?token=guessed')
    await fillSetup()
    await page.getByText('is not the newest one').waitFor()
    await page.getByText('in the terminal where the platform was started').waitFor()
    expect(await db.user.count()).toBe(0)
  })

  test('the set-up form says what is missing before it asks the server', async () => {
    await page.goto(`/setup?token=${opened.setupToken}`)
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Set up and sign in' }).click()
    await page.getByText('Enter your name.').waitFor()
    await page.getByText('Use 10 characters or more.').waitFor()
    expect(await page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true')
  })

  test('the set-up link makes the first account and signs it in; an empty team is shown the way', async () => {
    await fillSetup()
    await heading('Servers').waitFor()
    await page.getByText('git remote add moorage http://localhost:4420/my-server.git').waitFor()
    expect(await issueSetupToken({ db })).toBeNull()
  })

  test('a wrong password is refused; the right one leads to the page that was asked for', async () => {
    const other = await opened.browser.newContext()
    const tab = await other.newPage()
    await tab.goto(`${opened.dashboard.url}/keys`)
    await tab.getByLabel('E-mail').fill(person.email)
    await tab.getByLabel('Password').fill('wrong horse battery')
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByText('E-mail or password is wrong.').waitFor()
    await tab.getByLabel('Password').fill(person.password)
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByRole('heading', { name: 'Keys' }).waitFor()
    await other.close()
  })
})

describe('a new server', () => {
  test('its name is suggested from the URL, and what is wrong is said at its field', async () => {
    await page.goto('/new')
    await page.getByRole('button', { name: 'Create and deploy' }).click()
    await page.getByText('Enter the URL of a git repository.').waitFor()
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/Weather_Station.git')
    expect(await page.getByLabel('Name').inputValue()).toBe('weather-station')
    await page.getByLabel('Environment variables').fill('API_KEY=1\nnot a variable')
    await page.getByText('Line 2 is no variable: not a variable').first().waitFor()
    await page.getByLabel('Environment variables').fill('API_KEY=very-secret-value')
    await page.getByText('1 variable: API_KEY').waitFor()
  })

  test('what only the server can refuse comes with the reason and the next step', async () => {
    await page.getByLabel('Repository URL').fill('file:///etc')
    await page.getByLabel('Name').fill('weather-station')
    await page.getByRole('button', { name: 'Create and deploy' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'not file' })
    await alert.getByText('git push to Moorage').waitFor()
    expect(await db.server.count()).toBe(0)
  })

  test('a variable that is refused leaves no half-made server behind', async () => {
    await page.getByLabel('Repository URL').fill('https://git.example.com/acme/weather.git')
    await page.getByLabel('Environment variables').fill('API_KEY=1\nPORT=80')
    await page.getByRole('button', { name: 'Create and deploy' }).click()
    await page.getByText('PORT is set by the platform.').waitFor()
    expect(await db.server.count()).toBe(0)
  })

  test('it is created with its variables, and its first deployment is shown at once', async () => {
    await page.getByLabel('Environment variables').fill('API_KEY=very-secret-value')
    await page.getByRole('button', { name: 'Create and deploy' }).click()
    await page.waitForURL(/\/servers\/weather-station\/deployments\/dep_/)
    await page.getByText('Waiting for the first line.').waitFor()
    await page.getByText('Fetch the source').waitFor()
    const row = await db.server.findUniqueOrThrow({
      where: { slug: 'weather-station' },
      include: { env: true, deployments: true },
    })
    expect(row.repoUrl).toBe('https://git.example.com/acme/weather.git')
    expect(row.env.map(({ key }) => key)).toEqual(['API_KEY'])
    expect(row.deployments.map(({ status }) => status)).toEqual(['queued'])
  })

  test('a name that is taken is said so', async () => {
    await page.goto('/new?source=push')
    await page.getByLabel('Name').fill('weather-station')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText('The name "weather-station" is taken.').waitFor()
  })

  test('one that is pushed to shows the commands and, on demand, a key that may deploy to it alone', async () => {
    await page.getByLabel('Name').fill('pushed')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText('git remote add moorage http://localhost:4420/pushed.git').waitFor()
    await page.getByRole('button', { name: 'Create a deploy key' }).click()
    await page.getByText(/^mrg_[0-9A-Za-z]{40}$/).waitFor()
    const key = await db.apiKey.findFirstOrThrow({ where: { server: { slug: 'pushed' } } })
    expect(key.scopes).toEqual(['deploy'])
  })

  test('an ssh URL waits for its deploy key before anything is deployed', async () => {
    await page.goto('/new')
    await page.getByLabel('Repository URL').fill('git@git.example.com:acme/private.git')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByText(/^ssh-ed25519 \S+ moorage-private$/).waitFor()
    expect(await db.deployment.count({ where: { server: { slug: 'private' } } })).toBe(0)
    await page.getByRole('button', { name: 'Deploy', exact: true }).click()
    await page.waitForURL(/\/servers\/private\/deployments\/dep_/)
  })
})

async function fillSetup(): Promise<void> {
  await page.getByLabel('Your name').fill(person.name)
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByLabel('Team name').fill('Harbour Works')
  await page.getByRole('button', { name: 'Set up and sign in' }).click()
}
