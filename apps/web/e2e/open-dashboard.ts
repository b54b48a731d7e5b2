import { createEvents, type Events } from '@moorage/bus/events'
import { createDb, type Db } from '@moorage/db/client'
import { firstRun } from '@moorage/deployments/first-run'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { openBrowser } from './open-browser.ts'
import { type Dashboard, startDashboard } from './start-dashboard.ts'

export type Opened = {
  db: Db
  events: Events
  databaseUrl: string
  teamId: string
  setupToken: string | null
  dashboard: Dashboard
  browser: Browser
  context: BrowserContext
  page: Page
  /** What went wrong in the browser. */
  faults: string[]
  close: () => Promise<void>
}

/** A dashboard on a database of its own, and a browser in front of it. */
export async function openDashboard(options: {
  databaseUrl: string
  port: number
  chromium: string
  env?: Record<string, string>
}): Promise<Opened> {
  const { databaseUrl, port, env = {} } = options
  const db = createDb(databaseUrl)
  const events = await createEvents({ databaseUrl })
  const { team, setupToken } = await firstRun({ db, events }, {})
  const [dashboard, browser] = await Promise.all([
    startDashboard({ databaseUrl, port, env }),
    openBrowser(options.chromium),
  ])
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: dashboard.url,
  })
  const page = await context.newPage()
  page.setDefaultTimeout(10_000)
  const close = async () => {
    await browser.close()
    dashboard.child.kill('SIGKILL')
    await events.close()
    await db.$disconnect()
  }
  const faults = listenForFaults(page)
  return {
    db,
    events,
    databaseUrl,
    teamId: team.id,
    setupToken,
    dashboard,
    browser,
    context,
    page,
    faults,
    close,
  }
}

function listenForFaults(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    // A refused call is an answer; a script that fails is a fault.
    const text = message.text()
    if (message.type() === 'error' && !text.startsWith('Failed to load resource')) faults.push(text)
  })
  return faults
}
