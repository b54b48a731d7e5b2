import { renderDockerfile } from '@moorage/build-plan/dockerfile'
import type { BuildPlan } from '@moorage/build-plan/plan'
import { CliError } from './cli-error.ts'

/** The plan as a Dockerfile to keep. Throws CliError where nothing is built. */
export function ejectedDockerfile(plan: BuildPlan): string {
  const { base } = plan
  if (plan.kind === 'image')
    throw new CliError(`Nothing is built: the image is ${plan.image ?? 'there already'}.`)
  if (plan.kind === 'remote')
    throw new CliError(`Nothing is built: the server runs at ${plan.remote?.url ?? 'its address'}.`)
  if (!base) throw new CliError(`The repository brings its own: ${plan.dockerfile ?? 'Dockerfile'}`)
  const rendered = renderDockerfile(plan, {
    baseImage: imageOf(base),
    ...(plan.output ? { outputImage: imageOf(plan.output.base) } : {}),
    secrets: [],
    cacheScope: 'local',
  })
  return [...header(plan), rendered].join('\n')
}

function header({ rootDir, port, transport }: BuildPlan): string[] {
  return [
    '# As planned by Moorage. It is built with BuildKit, where the repository is:',
    `#   docker build --file Dockerfile --tag server ${rootDir}`,
    ...(transport === 'stdio'
      ? [
          '#   docker run --rm --interactive server',
          '# It speaks MCP over stdio: on Moorage a bridge serves it over HTTP.',
        ]
      : [`#   docker run --rm --publish ${port}:${port} server`]),
    '',
  ]
}

/** The image of Docker Hub that has this language; the platform's own base images are like them. */
function imageOf({ language, version }: NonNullable<BuildPlan['base']>): string {
  return language === 'golang' || language === 'rust'
    ? `${language}:${version}-bookworm`
    : `${language}:${version}-slim`
}
