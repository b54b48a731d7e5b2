import { AppError } from '@moorage/domain/error'
import { z } from 'zod'
import { type ImageReference, parseImageReference } from '../image-reference.ts'
import { type Engine, engineStatus, ignoring } from './engine.ts'
import { authFor, type RegistryAuth } from './registry-auth.ts'

type Run = { onLog: (line: string) => void; signal: AbortSignal }
type Settings = { registryAuth: RegistryAuth; maxImageBytes: number }

const distributionSchema = z.object({
  Descriptor: z.object({ digest: z.string() }),
  Platforms: z.array(z.object({ architecture: z.string(), os: z.string() })),
})
const progressSchema = z.object({
  id: z.string().optional(),
  status: z.string(),
  progressDetail: z.object({ total: z.number().optional() }).optional(),
})

/**
 * Brings an image onto the engine, by its digest and never by its tag: a pull by tag would put a
 * tenant's image in the place of what the operator has under that name. Its exact name comes back.
 */
export async function pullImage(
  engine: Engine,
  settings: Settings,
  text: string,
  run: Run,
): Promise<string> {
  const reference = parseImageReference(text)
  const auth = authFor(settings.registryAuth, reference.registry)
  const authconfig = auth ? { authconfig: auth } : {}
  try {
    const name = `${reference.repository}@${await digestOf(engine, reference, authconfig)}`
    run.onLog(`Pulling ${name}`)
    await pull(engine, name, authconfig, settings.maxImageBytes, run)
    return name
  } catch (error) {
    if (run.signal.aborted || error instanceof AppError || engineStatus(error) === null) throw error
    throw notToBeHad(text, reference, error)
  }
}

/** Untags what a pull brought; the image that was made of it keeps its layers. */
export async function forgetPulled(engine: Engine, name: string): Promise<void> {
  await ignoring(engine.docker.getImage(name).remove({ noprune: false }), [404, 409])
}

/** Asks the registry, which tells the platforms too: nothing is downloaded that cannot run here. */
async function digestOf(
  { docker }: Engine,
  { repository, tag, digest }: ImageReference,
  authconfig: object,
): Promise<string> {
  const image = docker.getImage(digest ? `${repository}@${digest}` : `${repository}:${tag}`)
  const found = distributionSchema.parse(await image.distribution(authconfig))
  const { Arch, Os } = z.object({ Arch: z.string(), Os: z.string() }).parse(await docker.version())
  const platforms = found.Platforms.map(({ os, architecture }) => `${os}/${architecture}`)
  if (platforms.length === 0 || platforms.includes(`${Os}/${Arch}`)) return found.Descriptor.digest
  const list = [...new Set(platforms)].join(', ')
  throw new AppError('build_failed', `The image is for ${list}; this machine is ${Os}/${Arch}.`, {
    hint: `Name an image that was built for ${Os}/${Arch} too.`,
  })
}

async function pull(
  { docker }: Engine,
  name: string,
  authconfig: object,
  maxBytes: number,
  run: Run,
): Promise<void> {
  const abort = new AbortController()
  const abortSignal = AbortSignal.any([run.signal, abort.signal])
  const stream = await docker.pull(name, { ...authconfig, abortSignal })
  const layers = new Map<string, number>()
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error) => (error ? reject(error) : resolve()),
      (event) => {
        const { id, status, progressDetail } = progressSchema.safeParse(event).data ?? {}
        if (id === undefined) return
        if (status === 'Pull complete' || status === 'Already exists') run.onLog(`${id}: ${status}`)
        if (status === 'Downloading') layers.set(id, progressDetail?.total ?? 0)
        const bytes = [...layers.values()].reduce((sum, size) => sum + size, 0)
        if (bytes <= maxBytes) return
        reject(tooLarge(bytes, maxBytes))
        abort.abort()
      },
    )
  })
}

function tooLarge(bytes: number, maxBytes: number): AppError {
  const message = `The image is over ${bytes} bytes to download; ${maxBytes} is the most allowed.`
  return new AppError('too_large', message, { hint: 'Name a smaller image.' })
}

function notToBeHad(text: string, { registry }: ImageReference, cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new AppError('build_failed', `The image ${text} cannot be pulled.`, {
    message,
    cause,
    hint: `Does it exist, and may everybody read it? For a private one set the build secret REGISTRY_AUTH to credentials for ${registry}, in the form of Docker's config.json; the operator can set them for all (MOORAGE_REGISTRY_AUTH).`,
  })
}
