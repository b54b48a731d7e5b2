import type { Service } from './service.ts'
import { ensureProgram } from './system-package.ts'

export async function findChromium(log: (line: string) => void): Promise<Service> {
  return { env: { TEST_CHROMIUM: await ensureProgram('chromium', ['chromium'], log) } }
}
