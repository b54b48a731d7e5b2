import { fileURLToPath } from 'node:url'
import { ensureBaseImages } from '../base-images/build.ts'
import { isInstalled, run } from '../base-images/run.ts'
import type { Log } from './log.ts'
import type { StartOptions } from './options.ts'

/** What a plan builds on when its repository asks for nothing; it stands for the others. */
const officialNode = 'node:24-slim'
const maker = new URL('../base-images/build.ts', import.meta.url)

/**
 * Operator settings for builds that nobody set, found out on a development machine: the CA bundle
 * that this machine itself was told to trust, and base images where no container registry answers.
 */
export async function buildSettings(
  inherited: NodeJS.ProcessEnv,
  options: StartOptions,
  log: Log,
): Promise<NodeJS.ProcessEnv> {
  if (inherited.MOORAGE_ENV === 'production') return {}
  const caFile =
    inherited.MOORAGE_BUILD_CA_FILE || inherited.NODE_EXTRA_CA_CERTS || inherited.SSL_CERT_FILE
  return {
    ...(caFile ? { MOORAGE_BUILD_CA_FILE: caFile } : {}),
    ...(await baseImages(inherited, options, log)),
  }
}

async function baseImages(
  inherited: NodeJS.ProcessEnv,
  options: StartOptions,
  log: Log,
): Promise<NodeJS.ProcessEnv> {
  const isSet = inherited.MOORAGE_BASE_IMAGE_PYTHON || inherited.MOORAGE_BASE_IMAGE_NODE
  if (isSet || options.runtime === 'process' || !(await engineAnswers())) return {}
  if (await canBeHad(officialNode)) return {}
  try {
    const made = await log.step('base images (no container registry answers)', () =>
      ensureBaseImages({ images: ['python', 'node'], log: () => {} }),
    )
    return {
      MOORAGE_BASE_IMAGE_PYTHON: made.python,
      MOORAGE_BASE_IMAGE_NODE: made.node,
      // Compilers are large: their images are made when a server first needs one.
      MOORAGE_MAKE_BASE_IMAGE: JSON.stringify([process.execPath, fileURLToPath(maker)]),
    }
  } catch {
    log.say(
      '  ! No container registry answers, and base images can be made only by root on Debian.',
    )
    log.say('    Name images that are there: MOORAGE_BASE_IMAGE_PYTHON, MOORAGE_BASE_IMAGE_NODE')
    if (options.runtime === 'docker') return {}
    log.say('    Until then servers run as plain processes.')
    return { MOORAGE_RUNTIME: 'process' }
  }
}

async function engineAnswers(): Promise<boolean> {
  if (!(await isInstalled('docker'))) return false
  return succeeds(['version', '--format', '{{.Server.Version}}'])
}

/** Already on this machine, or a registry has it; being told what it is pulls nothing. */
async function canBeHad(image: string): Promise<boolean> {
  return (await isThere(image)) || succeeds(['manifest', 'inspect', image])
}

function isThere(image: string): Promise<boolean> {
  return succeeds(['image', 'inspect', image])
}

function succeeds(args: string[]): Promise<boolean> {
  return run('docker', args).then(
    () => true,
    () => false,
  )
}
