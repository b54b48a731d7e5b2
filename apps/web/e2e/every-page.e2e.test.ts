import { globSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Opened } from './open-dashboard.ts'
import { openSignedIn } from './open-signed-in.ts'
import { seedServers } from './seed.ts'

/** By its place in src/app, an address at which there is something to see of each page. */
const pages: Record<string, string[]> = {
  '/': ['/'],
  '/account': ['/account'],
  '/connect/[slug]': ['/connect/weather'],
  '/device': ['/device'],
  '/join': ['/join?token=none'],
  '/keys': ['/keys'],
  '/new': ['/new', '/new?source=command', '/new?source=openapi', '/new?source=remote'],
  '/no-team': ['/no-team'],
  '/notifications': ['/notifications'],
  '/oauth/consent': ['/oauth/consent'],
  '/oauth/error': ['/oauth/error?error=invalid_client'],
  '/servers/[slug]': [
    '/servers/weather',
    '/servers/ledger-reconciliation-bridge-production',
    '/servers/pdf-tools',
    '/servers/push-me',
  ],
  '/servers/[slug]/deployments/[id]': [],
  '/servers/[slug]/logs': ['/servers/weather/logs'],
  '/servers/[slug]/previews': ['/servers/weather/previews'],
  '/servers/[slug]/requests': ['/servers/weather/requests'],
  '/servers/[slug]/settings': ['/servers/weather/settings'],
  '/servers/[slug]/sign-in': ['/servers/weather/sign-in'],
  '/servers/[slug]/webhooks': ['/servers/weather/webhooks'],
  '/setup': ['/setup'],
  '/sign-in': ['/sign-in'],
  '/team': ['/team'],
  '/team/audit': ['/team/audit'],
  '/team/github': ['/team/github'],
}

const nowhere = ['/nowhere', '/servers/nowhere']

let opened: Opened
let page: Opened['page']

beforeAll(async () => {
  opened = await openSignedIn(({ db, teamId }) => seedServers(db, teamId))
  ;({ page } = opened)
  const { id } = await opened.db.deployment.findFirstOrThrow({
    where: { status: 'failed', server: { slug: 'pdf-tools' } },
  })
  pages['/servers/[slug]/deployments/[id]']?.push(`/servers/pdf-tools/deployments/${id}`)
})
afterAll(() => opened?.close())

test('each page of the dashboard is looked at here', () => {
  const app = join(import.meta.dirname, '../src/app')
  const found = globSync('**/page.tsx', { cwd: app }).map(
    (path) => `/${path.replace(/\([^)]*\)\//g, '').replace(/\/?page\.tsx$/, '')}`,
  )
  expect(Object.keys(pages).sort()).toEqual(found.sort())
})

test.each([
  { width: 1440, colorScheme: 'light' as const, rules: [] },
  // What the other pass cannot have seen.
  {
    width: 390,
    colorScheme: 'dark' as const,
    rules: ['color-contrast', 'scrollable-region-focusable'],
  },
])(
  'no page is wider than the screen, or has a fault that axe knows: $width px, $colorScheme',
  async ({ width, colorScheme, rules }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    for (const path of [...Object.values(pages).flat(), ...nowhere]) {
      await page.goto(path)
      await page.getByRole('heading').first().waitFor()
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(wider, path).toBeLessThanOrEqual(0)
      expect.soft(await faultsOf(rules), path).toEqual([])
    }
  },
)

test('a dialog has the focus in its first field, and Escape gives it back', async () => {
  await page.goto('/keys')
  const opener = page.getByRole('button', { name: 'New key' })
  const hasFocus = (it: Locator) => it.evaluate((element) => element === document.activeElement)
  await opener.click()
  await expect.poll(() => hasFocus(page.getByLabel('Name'))).toBe(true)
  await page.keyboard.press('Escape')
  await expect.poll(() => hasFocus(opener)).toBe(true)
})

/** `rules`: those alone; none: all that axe has. */
async function faultsOf(rules: string[]): Promise<string[]> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (rules.length > 0 ? axe.withRules(rules) : axe).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html }) => `${id}: ${target.join(' ')} ${html.slice(0, 200)}`),
  )
}
