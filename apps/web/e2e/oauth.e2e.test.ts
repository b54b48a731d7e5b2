import { deleteTeam } from '@moorage/deployments/teams/delete-team'
import { freePort } from '@moorage/embedded/free-port'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callAsMachine, callWithOfficialClient, stepUpWithOfficialClient } from './oauth-client.ts'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn, person } from './open-signed-in.ts'
import { serveDocument } from './serve-document.ts'
import { startMcp } from './start-mcp.ts'

let opened: Opened
let mcp: Awaited<ReturnType<typeof startMcp>>
let document: Awaited<ReturnType<typeof serveDocument>>

beforeAll(async () => {
  const routerPort = await freePort(0)
  document = await serveDocument()
  opened = await openSignedIn(async () => {}, {
    MOORAGE_ROUTER_URL: `http://localhost:${routerPort}`,
    ...document.env,
  })
  mcp = await startMcp(opened, routerPort)
})

afterAll(async () => {
  mcp?.stop()
  document?.close()
  await opened?.close()
})

/** Where a client leads the person: they look, and allow it. */
async function allow(url: string, seen: (text: string) => void = () => {}): Promise<void> {
  const { page } = opened
  await page.goto(url)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  seen((await page.locator('main').textContent()) ?? '')
  await page.getByRole('button', { name: 'Allow', exact: true }).click()
  // The page of consent names that address too, in its query.
  await page.waitForURL(({ pathname }) => pathname.includes('callback'))
}

test('the official client gets from a bare URL to a tool call, having registered by itself', async () => {
  let text = ''
  const { said } = await callWithOfficialClient(mcp.url, (url) =>
    allow(url, (shown) => {
      text = shown
    }),
  )
  expect(said).toBe(person.email)
  for (const part of [
    'Official client',
    'Who am I',
    'Harbour Works',
    'localhost',
    'Says who calls',
  ])
    expect(text).toContain(part)
})

test('the official client gets from a bare URL to a tool call, known by its metadata document', async () => {
  let text = ''
  const show = (shown: string) => {
    text = shown
  }
  const { said } = await callWithOfficialClient(mcp.url, (url) => allow(url, show), document.url)
  expect(said).toBe(person.email)
  expect(text).toContain('Documented client')
  expect(text).toContain(new URL(document.url).host)
})

test('the official client asks once more for a guarded tool, and the person is told of it', async () => {
  const texts: string[] = []
  const said = await stepUpWithOfficialClient(mcp.url, (url) =>
    allow(url, (shown) => texts.push(shown)),
  )
  expect(said).toBe('forgotten')
  expect(texts.map((text) => text.includes('forget_me'))).toEqual([false, true])
})

test('the official client gets to a tool call by the client secret of a service account, made in the dashboard', async () => {
  const { page } = opened
  await page.goto('/team')
  await page.getByRole('button', { name: 'New', exact: true }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('Nightly')
  await page.getByRole('button', { name: 'Make it' }).click()
  await page.getByRole('button', { name: 'OAuth: client secret of Nightly' }).click()
  await page.getByRole('button', { name: 'Make a secret' }).click()
  const shown = (await page.getByText(/^CLIENT_ID=/).textContent()) ?? ''
  const [, clientId = '', clientSecret = ''] =
    shown.match(/CLIENT_ID=(\S+)\sCLIENT_SECRET=(\S+)/) ?? []
  const expectedIssuer = new URL(opened.dashboard.url).origin
  const call = () => callAsMachine(mcp.url, { clientId, clientSecret, expectedIssuer })
  expect(await call()).toBe(clientId)
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'OAuth: client secret of Nightly' }).click()
  await page.getByRole('button', { name: 'Revoke it' }).click()
  await page.getByText('The client secret is revoked.').waitFor()
  await expect(call()).rejects.toThrow()
})

// The last: there is no team after it.
test('a client that is revoked on the account page, and any of a team that is deleted, is cut off within a second', async () => {
  const { page, db, events, teamId } = opened
  const [first, second] = [
    await openStream((await callWithOfficialClient(mcp.url, allow)).accessToken),
    await openStream((await callWithOfficialClient(mcp.url, allow, document.url)).accessToken),
  ]
  await page.goto('/account')
  const revoke = page.getByRole('button', { name: 'Revoke Official client for whoami' }).first()
  await revoke.click()
  expect(await first.endedAfterMs(performance.now())).toBeLessThan(1_000)
  expect(second.isOpen()).toBe(true)
  await deleteTeam({ db, events }, teamId, { id: 'usr_1', name: person.email })
  expect(await second.endedAfterMs(performance.now())).toBeLessThan(1_000)
})

/** A stream of the server's that carries one event and stays open. */
async function openStream(accessToken: string) {
  const answer = await fetch(mcp.url.replace('/mcp', '/stream'), {
    headers: { authorization: `Bearer ${accessToken}` },
  })
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('begun')
  let isOpen = true
  const ended = reader
    ?.read()
    .catch(() => null)
    .then(() => {
      isOpen = false
    })
  return {
    isOpen: () => isOpen,
    endedAfterMs: async (sinceMs: number) => {
      await ended
      return performance.now() - sinceMs
    },
  }
}
