import { completeSetup } from '@moorage/access/setup'
import { freePort } from '@moorage/embedded/free-port'
import { chromiumPath, testDatabaseUrl } from '@moorage/testing/services'
import { type Opened, openDashboard } from './open-dashboard.ts'

export const person = {
  name: 'Ada Lind',
  email: 'ada@example.com',
  password: 'correct horse battery',
}

/** A dashboard on a database of its own, and its owner signed in; `seed` fills the database before. */
export async function openSignedIn(
  seed: (opened: Opened) => Promise<void> = async () => {},
  env: Record<string, string> = {},
): Promise<Opened> {
  const opened = await openDashboard({
    databaseUrl: await testDatabaseUrl(),
    port: await freePort(0),
    chromium: chromiumPath(),
    env,
  })
  const { page, db, setupToken } = opened
  await seed(opened)
  await completeSetup({ db }, { ...person, token: setupToken ?? '', teamName: 'Harbour Works' })
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${opened.dashboard.url}/`)
  return opened
}
