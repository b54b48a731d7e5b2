import { startServices } from '@moorage/testing/start-services'
import { canInstall } from '@moorage/testing/system-package'
import type { TestProject } from 'vitest/node'
import { ensureBaseImages } from '../base-images/build.ts'

/**
 * Vitest's global set-up. `npm test` starts the services once for all its runs and hands them down
 * in the environment; a run on its own starts them here and stops them after.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | void> {
  if (process.env.TEST_DATABASE_URL) return
  const { env, stop } = await startTestServices({ chromium: project.name === 'e2e' })
  Object.assign(process.env, env)
  return async () => {
    for (const name of Object.keys(env)) delete process.env[name]
    await stop()
  }
}

export async function startTestServices(options: { chromium: boolean }) {
  const log = (line: string) => console.error(`  ${line}`)
  const services = await startServices({ redis: true, docker: true, ...options, log })
  // Elsewhere the official images are pulled, as users' builders do.
  if (services.env.TEST_DOCKER !== '1' || !canInstall()) return services
  try {
    const images = await ensureBaseImages({ caBundlePath: services.env.TEST_CA_FILE ?? null, log })
    return {
      stop: services.stop,
      env: {
        ...services.env,
        TEST_BASE_IMAGE_PYTHON: images.python,
        TEST_BASE_IMAGE_NODE: images.node,
        TEST_BASE_IMAGE_GOLANG: images.golang,
      },
    }
  } catch (error) {
    await services.stop()
    throw error
  }
}
