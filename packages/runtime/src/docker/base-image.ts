import type { BuildPlan, Language } from '@moorage/build-plan/plan'
import { AppError } from '@moorage/domain/error'
import type Docker from 'dockerode'
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

/** The name of the image that a plan builds on; on the machine, or pulled now. */
export async function baseImage(
  docker: Docker,
  templates: BaseImages,
  base: NonNullable<BuildPlan['base']>,
  run: { onLog: (line: string) => void; signal: AbortSignal },
): Promise<string> {
  const name = templates[base.language].replaceAll('{version}', base.version)
  if (await orNull(docker.getImage(name).inspect())) return name
  run.onLog(`pulling ${name}`)
  try {
    await pull(docker, name, run.signal)
  } catch (cause) {
    if (run.signal.aborted) throw cause
    throw noBaseImage(name, base, cause)
  }
  return name
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
