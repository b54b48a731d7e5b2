import type { Language } from '@moorage/build-plan/plan'
import { AppError } from '@moorage/domain/error'
import { createDockerDriver } from '@moorage/runtime/docker'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import { createProcessDriver } from '@moorage/runtime/process'
import type { Logger } from 'pino'
import { allowedAddresses } from './allowed-addresses.ts'
import type { Env } from './env.ts'
import { makeBaseImage } from './make-base-image.ts'

/**
 * Docker where it is asked for or an engine answers; else processes on this machine, which isolate
 * nothing: never chosen by itself in production.
 */
export async function createDriver(env: Env, log: Logger): Promise<RuntimeDriver> {
  const platformId = env.MOORAGE_PLATFORM_ID
  const build = {
    caBundlePath: env.MOORAGE_BUILD_CA_FILE ?? null,
    npmRegistry: env.MOORAGE_BUILD_NPM_REGISTRY ?? null,
    pipIndexUrl: env.MOORAGE_BUILD_PIP_INDEX_URL ?? null,
    goProxy: env.MOORAGE_BUILD_GOPROXY ?? null,
    cargoRegistry: env.MOORAGE_BUILD_CARGO_REGISTRY ?? null,
    httpProxy: env.MOORAGE_BUILD_HTTP_PROXY ?? null,
    httpsProxy: env.MOORAGE_BUILD_HTTPS_PROXY ?? null,
    noProxy: env.MOORAGE_BUILD_NO_PROXY ?? null,
  }
  const asProcesses = () =>
    createProcessDriver({
      platformId,
      dataDir: env.MOORAGE_DATA_DIR,
      build,
      searchPath: env.PATH,
    })
  if (env.MOORAGE_RUNTIME === 'process') return asProcesses()
  const make = env.MOORAGE_MAKE_BASE_IMAGE
  try {
    return await createDockerDriver({
      platformId,
      build,
      registryAuth: env.MOORAGE_REGISTRY_AUTH,
      baseImages: baseImages(env),
      makeBaseImage: make && ((language, onLog) => makeBaseImage(make, language, onLog)),
      firewall: env.MOORAGE_FIREWALL === 'off' ? null : { allowed: await allowedAddresses(env) },
    })
  } catch (error) {
    const unreachable = error instanceof AppError && error.code === 'unavailable'
    if (!unreachable || env.MOORAGE_RUNTIME === 'docker' || env.MOORAGE_ENV === 'production')
      throw error
    log.warn(
      'No Docker engine answers: servers run as plain processes. No isolation, development only.',
    )
    return asProcesses()
  }
}

function baseImages(env: Env): Partial<Record<Language, string>> {
  const named = {
    python: env.MOORAGE_BASE_IMAGE_PYTHON,
    node: env.MOORAGE_BASE_IMAGE_NODE,
    golang: env.MOORAGE_BASE_IMAGE_GOLANG,
    rust: env.MOORAGE_BASE_IMAGE_RUST,
    debian: env.MOORAGE_BASE_IMAGE_DEBIAN,
  }
  return Object.fromEntries(Object.entries(named).filter(([, image]) => image))
}
