import { startServices } from '@moorage/testing/start-services'
import { canInstall } from '@moorage/testing/system-package'
import { ensureBaseImages } from '../base-images/build.ts'

/**
 * Vitest's global set-up. `npm test` starts the services once for all its runs and hands them down
 * in the environment; a run on its own starts them here and stops them after.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.TEST_DATABASE_URL) return undefined
  const { env, stop } = await startTestServices()
  Object.assign(process.env, env)
  return stop
}

export async function startTestServices() {
  const log = (line: string) => console.error(`  ${line}`)
  const services = await startServices({ log })
  // Elsewhere the official images are pulled, as users' builders do.
  if (services.env.TEST_DOCKER !== '1' || !canInstall()) return services
  try {
    const images = await ensureBaseImages({ caBundlePath: services.env.TEST_CA_FILE ?? null, log })
    const { python, node, golang, rust, debian } = images
    const env = {
      ...services.env,
      TEST_BASE_IMAGE_PYTHON: python,
      TEST_BASE_IMAGE_NODE: node,
      TEST_BASE_IMAGE_GOLANG: golang,
      TEST_BASE_IMAGE_RUST: rust,
      TEST_BASE_IMAGE_DEBIAN: debian,
    }
    return { env, stop: services.stop }
  } catch (error) {
    await services.stop()
    throw error
  }
}
