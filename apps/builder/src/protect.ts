import { setPlatformWarnings } from '@moorage/deployments/platform-warnings'
import type { Builder } from './context.ts'

/** Puts the driver's protection in force; what is missing of it is for the log and the dashboard. */
export async function protect({ deps, driver, log }: Builder): Promise<void> {
  const missing = await driver.protect()
  if (await setPlatformWarnings(deps, missing)) for (const what of missing) log.warn(what)
}
