import { once } from 'node:events'
import type { BuildPlan, Language } from '@moorage/build-plan/plan'
import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
import { oneAtATime } from '../one-at-a-time.ts'
import { orNull } from './engine.ts'

/** Image names by language, `{version}` standing for the plan's: `python:{version}-slim`. */
export type BaseImages = Record<Language, string>

export const officialBaseImages: BaseImages = {
  python: 'python:{version}-slim',
  node: 'node:{version}-slim',
  golang: 'golang:{version}',
  rust: 'rust:{version}-slim',
  debian: 'debian:{version}-slim',
}

/** Makes an image for a language where none can be pulled, and says its name. */
export type MakeBaseImage = (language: Language, onLog: (line: string) => void) => Promise<string>

type Run = { onLog: (line: string) => void; signal: AbortSignal }
const exclusive = oneAtATime()

/** The name of the image that a plan builds on; on the machine, or pulled or made now. */
export async function baseImage(
  docker: Docker,
  images: { names: BaseImages; make?: MakeBaseImage | undefined },
  base: NonNullable<BuildPlan['base']>,
  run: Run,
): Promise<string> {
  const name = images.names[base.language].replaceAll('{version}', base.version)
  if (!name.includes(base.version))
    run.onLog(`asked for ${base.language} ${base.version}; this platform builds on ${name}`)
  if (await orNull(docker.getImage(name).inspect())) return name
  run.onLog(`pulling ${name}`)
  try {
    await pull(docker, name, run.signal)
    return name
  } catch (cause) {
    if (run.signal.aborted) throw cause
    const made = images.make && (await makeOwn(images.make, base.language, run))
    if (made) return made
    throw noBaseImage(name, base, cause)
  }
}

/** Null where it fails, and the log says why. Others wait for it too, so no abort ends it. */
async function makeOwn(make: MakeBaseImage, language: Language, run: Run): Promise<string | null> {
  run.onLog('it cannot be pulled: one of this machine’s own takes its place')
  const made = exclusive(language, () => make(language, run.onLog)).catch((error: unknown) => {
    run.onLog(error instanceof Error ? error.message : String(error))
    return null
  })
  const aborted = once(run.signal, 'abort').then(() => run.signal.throwIfAborted())
  return (await Promise.race([made, aborted])) ?? null
}

async function pull(docker: Docker, name: string, signal: AbortSignal): Promise<void> {
  const stream = await docker.pull(name, { abortSignal: signal })
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()))
  })
}

function noBaseImage(
  name: string,
  base: { language: string; version: string },
  cause: unknown,
): AppError {
  const setting = `MOORAGE_BASE_IMAGE_${base.language.toUpperCase()}`
  return new AppError(
    'build_failed',
    `The base image ${name} for ${base.language} ${base.version} is not on this machine and cannot be pulled.`,
    {
      message: cause instanceof Error ? cause.message : String(cause),
      cause,
      hint: `Ask for another version, or have the operator name an image that can be had in ${setting}.`,
    },
  )
}
