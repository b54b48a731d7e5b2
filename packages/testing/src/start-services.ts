import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCaBundle } from './ca-bundle.ts'
import { findChromium } from './chromium.ts'
import { startDocker } from './docker.ts'
import { startTestPostgres } from './postgres.ts'
import { startRedis } from './redis.ts'
import type { Service } from './service.ts'
import { MissingProgram } from './system-package.ts'

export type TestServices = {
  /** What the tests read through services.ts. */
  env: Record<string, string>
  stop: () => Promise<void>
}

/**
 * Starts what the tests need, each fresh, on a port of its own on loopback and in a temporary
 * directory. None of it outlives this process. What the system lacks is installed where that can be
 * (root on Debian); elsewhere it is named and its tests are skipped, but never in CI.
 */
export async function startServices(options: {
  log: (line: string) => void
}): Promise<TestServices> {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-test-'))
  const caBundle = findCaBundle()
  const fromSystem: Promise<Service>[] = [
    startRedis(join(dir, 'redis'), options.log),
    startDocker(options.log),
    findChromium(options.log),
  ]
  const starting: Promise<Service>[] = [
    startTestPostgres(join(dir, 'postgres')),
    ...fromSystem.map((start) => start.catch((error) => passOver(error, options.log))),
  ]
  const settled = await Promise.allSettled(starting)
  const services = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop?.()))
    rmSync(dir, { recursive: true, force: true })
  }
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  if (failures.length > 0) {
    await stop()
    throw new AggregateError(failures, failures.map((reason) => String(reason.message)).join('\n'))
  }
  const env: Record<string, string> = caBundle ? { TEST_CA_FILE: caBundle } : {}
  return { env: Object.assign(env, ...services.map((service) => service.env)), stop }
}

function passOver(error: unknown, log: (line: string) => void): Service {
  if (process.env.CI || !(error instanceof MissingProgram)) throw error
  log(`${error.message} Its tests are skipped.`)
  return { env: {} }
}
