import type { IncomingMessage, ServerResponse } from 'node:http'
import { startGithub, type TestGithub } from '@moorage/testing/github'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'

let github: TestGithub
let opened: Opened
let page: Opened['page']

beforeAll(async () => {
  github = await startGithub(showPage)
  github.installations.push({
    id: 42,
    account: { id: 100, login: 'acme', type: 'Organization' },
    owners: ['ada'],
    repositories: [
      { name: 'weather', isPrivate: true },
      { name: 'site', isPrivate: false },
    ],
  })
  opened = await openSignedIn(undefined, { MOORAGE_GITHUB_URL: github.url })
  ;({ page } = opened)
})
afterAll(async () => {
  await opened?.close()
  github.close()
})

/** GitHub's own pages, each as a link that leads back as GitHub leads back. */
function showPage(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', github.url)
  const state = searchParams.get('state') ?? ''
  const back = `${opened.dashboard.url}/api/github/back`
  const made = `${opened.dashboard.url}/api/github/made`
  const pages: Record<string, () => void> = {
    '/organizations/acme/settings/apps/new': () =>
      link(response, 'Create GitHub App', `${made}?code=good&state=${state}`),
    '/apps/moorage-test/installations/new': () =>
      link(response, 'Install', `${back}?installation_id=42&setup_action=install&state=${state}`),
    '/login/oauth/authorize': () => {
      github.codes.set('person', { id: 1, login: 'ada' })
      response.writeHead(302, { location: `${back}?code=person&state=${state}` }).end()
    },
  }
  pages[pathname]?.()
}

function link(response: ServerResponse, words: string, to: string): void {
  response.setHeader('content-type', 'text/html')
  response.end(`<a href="${to.replaceAll('&', '&amp;')}">${words}</a>`)
}

test('an operator makes the App, an owner connects an account, and a private repository of it is picked for a server', async () => {
  await page.goto('/team/github')
  await page.getByLabel('Organization that owns it').fill('acme')
  await page.getByRole('button', { name: 'Make it at GitHub' }).click()
  await page.getByRole('link', { name: 'Create GitHub App' }).click()
  await page
    .getByText('Pushes and pull requests arrive')
    .or(page.getByText('It has no webhook'))
    .waitFor()

  await page.getByRole('button', { name: 'Install on an account' }).click()
  await page.getByRole('link', { name: 'Install' }).click()
  await page.getByRole('button', { name: 'Connect', exact: true }).click()
  await page.getByText('Connected', { exact: true }).waitFor()
  expect(await opened.db.githubInstallation.findMany()).toMatchObject([{ account: 'acme' }])

  await page.goto('/new?source=git')
  await page.getByLabel('Search the repositories at GitHub').fill('weath')
  const row = page.getByRole('button', { name: 'acme/weather' })
  expect(await row.textContent()).toContain('private')
  expect(await page.getByRole('button', { name: 'acme/site' }).count()).toBe(0)
  await row.click()
  expect(await page.getByLabel('Repository URL').inputValue()).toBe(
    `${github.url}/acme/weather.git`,
  )
})

test('who comes back with a state that is not theirs is told so, and connects nothing', async () => {
  await page.goto('/api/github/back?code=person&state=guessed')
  await page.getByText('This way back from GitHub was not open').waitFor()
  expect(new URL(page.url()).pathname).toBe('/team/github')
})
