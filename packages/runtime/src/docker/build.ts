import { Readable } from 'node:stream'
import { renderDockerfile } from '@moorage/build-plan/dockerfile'
import { AppError } from '@moorage/domain/error'
import { pack } from 'tar-stream'
import { z } from 'zod'
import { applicationDir } from '../application-dir.ts'
import { buildDeadline } from '../build-deadline.ts'
import { cappedLog } from '../build-log.ts'
import { type BuildSettings, proxyEnv, redactor } from '../build-settings.ts'
import type { BuildInput, Image } from '../driver.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { watchDisk } from '../watch-disk.ts'
import { type BaseImages, baseImage, type MakeBaseImage } from './base-image.ts'
import type { BridgeVolumes } from './bridge-volume.ts'
import { buildContext } from './build-context.ts'
import { type BuildSecret, buildSecrets } from './build-secrets.ts'
import { openBuildSession } from './build-session.ts'
import { imageConfigSchema } from './container-options.ts'
import { type Engine, engineError, orNull } from './engine.ts'
import { labelFilter, toLabels } from './labels.ts'
import { forgetPulled, pullImage } from './pull-image.ts'
import { parseRegistryAuth, type RegistryAuth } from './registry-auth.ts'
import { runBuild } from './run-build.ts'
import { userDockerfile, withOwnLayers } from './user-dockerfile.ts'

export type ImageSettings = {
  baseImages: { names: BaseImages; make?: MakeBaseImage | undefined }
  bridges: BridgeVolumes
  build: BuildSettings
  registryAuth: RegistryAuth
  maxImageBytes: number
  maxLogBytes: number
  /** Where the engine keeps all that it has. */
  engineDir: string
}

/** Of one image one at a time: whoever is through forgets what the pull brought. */
const pulls = oneAtATime()

export async function buildImage(
  engine: Engine,
  settings: ImageSettings,
  input: BuildInput,
): Promise<Image> {
  const built = await existingImage(engine, input.deploymentId)
  if (built) return built
  const deadline = buildDeadline(input.signal, input.limits.timeoutMs)
  const disk = watchDisk(settings.engineDir, input.limits.diskBytes)
  const signal = AbortSignal.any([deadline.signal, disk.signal])
  const redact = redactor(settings.build, input.secrets)
  const log = cappedLog((line) => input.onLog(redact(line)), settings.maxLogBytes)
  try {
    // Not only at the start: what it takes should show in the log, and a start be quick.
    if (input.plan.transport === 'stdio') await settings.bridges.ensure({ onLog: log.line, signal })
    const run = { ...input, onLog: log.line, signal }
    const { image } = input.plan
    const id = await (image
      ? pulls(image, () => adopt(engine, settings, run, image))
      : build(engine, settings, run))
    return await checkedImage(engine, id, { ...settings, onLog: log.line })
  } catch (error) {
    throw deadline.error() ?? disk.error() ?? engineError(error)
  } finally {
    disk.stop()
    log.end()
  }
}

async function build(engine: Engine, settings: ImageSettings, input: BuildInput): Promise<string> {
  const secrets = await buildSecrets(settings.build, input.secrets)
  const appDir = await applicationDir(input.sourceDir, input.plan.rootDir)
  const dockerfile = await dockerfileOf(engine, settings, input, appDir, secrets)
  const asTheUserWrote = input.plan.kind === 'dockerfile'
  const context = await buildContext(appDir, { dockerfile, asTheUserWrote })
  return make(engine, settings, input, { context, secrets, path: dockerfile.path })
}

/** An image that exists already, under labels of its own: so each deployment has one to itself. */
async function adopt(
  engine: Engine,
  settings: ImageSettings,
  input: BuildInput,
  reference: string,
): Promise<string> {
  const own = input.secrets.REGISTRY_AUTH
  const registryAuth = { ...settings.registryAuth, ...(own && parseRegistryAuth(own)) }
  const name = await pullImage(engine, { ...settings, registryAuth }, reference, input)
  const tar = pack()
  tar.entry({ name: 'Dockerfile' }, `FROM ${name}\n`)
  tar.finalize()
  const made = { context: Readable.from(tar), secrets: [], path: 'Dockerfile' }
  try {
    return await make(engine, settings, input, made)
  } finally {
    await forgetPulled(engine, name)
  }
}

async function make(
  engine: Engine,
  settings: ImageSettings,
  input: BuildInput,
  { context, secrets, path }: { context: Readable; secrets: BuildSecret[]; path: string },
): Promise<string> {
  const content = new Map(secrets.map((secret) => [secret.id, secret.content]))
  const session = await openBuildSession(engine.docker, content)
  try {
    return await runBuild(engine, context, {
      buildId: session.id,
      sessionId: session.id,
      dockerfile: path,
      tag: imageTag(engine.platformId, input.deploymentId),
      labels: toLabels({
        platform: engine.platformId,
        server: input.serverId,
        deployment: input.deploymentId,
      }),
      // Predefined by the builder: kept out of the image's history and configuration.
      buildArgs: proxyEnv(settings.build),
      limits: input.limits,
      onLog: input.onLog,
      signal: input.signal,
    })
  } finally {
    session.close()
    context.destroy()
  }
}

async function dockerfileOf(
  engine: Engine,
  settings: ImageSettings,
  input: BuildInput,
  appDir: string,
  secrets: BuildSecret[],
): Promise<{ path: string; content: string }> {
  const { plan } = input
  const cacheScope = `${engine.platformId}-${input.teamId}`
  const ownLayers = Object.keys(input.secrets).length > 0
  if (plan.kind === 'dockerfile') {
    const found = await userDockerfile(appDir, plan.dockerfile ?? 'Dockerfile', input.onLog)
    return ownLayers ? { ...found, content: withOwnLayers(found.content, cacheScope) } : found
  }
  if (!plan.base) throw new AppError('build_failed', 'The build plan names no language.')
  const image = await baseImage(engine.docker, settings.baseImages, plan.base, input)
  const outputImage = plan.output
    ? await baseImage(engine.docker, settings.baseImages, plan.output.base, input)
    : undefined
  const options = {
    ...{ baseImage: image, ...(outputImage && { outputImage }) },
    ...{ secrets, cacheScope, ownLayers },
  }
  const content = renderDockerfile(plan, options)
  return { path: '.moorage.Dockerfile', content }
}

/** The tag keeps the image from being taken for rubbish; the id is what names it. */
function imageTag(platformId: string, deploymentId: string): string {
  return `moorage/${platformId.toLowerCase()}:${deploymentId}`
}

async function existingImage(engine: Engine, deploymentId: string): Promise<Image | null> {
  const label = labelFilter({ platform: engine.platformId, deployment: deploymentId })
  try {
    const [found] = await engine.docker.listImages({ filters: { label, dangling: ['false'] } })
    return found ? { id: found.Id, sizeBytes: found.Size } : null
  } catch (error) {
    throw engineError(error)
  }
}

const imageSchema = imageConfigSchema.extend({ Size: z.number() })

async function checkedImage(
  engine: Engine,
  id: string,
  { maxImageBytes, onLog }: { maxImageBytes: number; onLog: (line: string) => void },
): Promise<Image> {
  const image = engine.docker.getImage(id)
  const { Size: sizeBytes, Config } = imageSchema.parse(await image.inspect())
  for (const path of Object.keys(Config.Volumes ?? {}))
    onLog(`VOLUME ${path}: a small directory in memory, empty at each start.`)
  if (sizeBytes <= maxImageBytes) return { id, sizeBytes }
  await orNull(image.remove({ force: true }))
  const message = `The image is ${sizeBytes} bytes; ${maxImageBytes} is the most allowed.`
  throw new AppError('too_large', message, {
    hint: 'Leave out what the server does not need at run time.',
  })
}
