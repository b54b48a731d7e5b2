import { AppError } from '@moorage/domain/error'
import { fillCommand } from './fill-command.ts'
import type { BuildPlan, Command, Stage } from './plan.ts'

export type DockerfileOptions = {
  baseImage: string
  /** The image of the plan's `output.base`; only plans with an output need it. */
  outputImage?: string
  /** Handed to every install and build step as a file, and pointed at by that step's environment. */
  secrets: { id: string; target: string; env: Record<string, string>; variable?: string }[]
  /** Caches are shared by all builds of one scope, and by no other. */
  cacheScope: string
  /** Do layers hold what only this scope's secrets can fetch? They are then shared by no other either. */
  ownLayers?: boolean
}

/** The user that every server runs as. */
const userId = 10001

/**
 * A plan as a Dockerfile whose context is the plan's root directory. Values out of a repository
 * stand only in JSON arrays and quoted ENV values: no shell reads them. There is no `# syntax=`
 * line, so that no build fetches a frontend.
 */
export function renderDockerfile(plan: BuildPlan, options: DockerfileOptions): string {
  if (plan.base === null) {
    throw new AppError('internal', `There is nothing to build for a plan of kind ${plan.kind}.`)
  }
  const lines = [
    `FROM ${options.baseImage} AS install`,
    ...(options.ownLayers ? [ownLayersLine(options.cacheScope)] : []),
    'WORKDIR /app',
    ...aptLines([...plan.packages, ...(plan.buildPackages ?? [])], options),
    ...stageLines(plan.install, plan, options),
    '',
  ]
  const settled = plan.dependencies ?? null
  if (settled !== null) {
    const stage = { copy: [], run: settled.run, caches: plan.install.caches }
    lines.push('FROM install AS dependencies', ...stageLines(stage, plan, options), '')
  }
  const builds = plan.build.run.length > 0
  if (builds) {
    lines.push('FROM install AS build', ...stageLines(plan.build, plan, options))
    if (settled !== null) lines.push(`RUN ${json(['rm', '-rf', settled.directory])}`)
    lines.push('')
  }
  return `${[...lines, ...finalStage(plan, options, builds)].join('\n')}\n`
}

/** An argument is part of the key of each layer below it, and of no image. */
export function ownLayersLine(cacheScope: string): string {
  return `ARG MOORAGE_CACHE=${cacheScope}`
}

/** Nothing of the toolchain, and the dependencies in a layer that a changed source leaves as it is. */
function finalStage(plan: BuildPlan, options: DockerfileOptions, builds: boolean): string[] {
  const env = { HOME: '/tmp', ...plan.start.env, HOST: '0.0.0.0', PORT: String(plan.port) }
  const at = { port: plan.port, host: '0.0.0.0' }
  return [
    `FROM ${plan.output ? outputImage(options) : options.baseImage}`,
    'WORKDIR /app',
    ...aptLines(plan.packages, options),
    ...contentLines(plan, builds ? 'build' : 'install', builds),
    ...Object.entries(env).map(
      ([name, value]) => `ENV ${name}=${quote(fillCommand([value], at)[0] ?? '')}`,
    ),
    `USER ${userId}`,
    `EXPOSE ${plan.port}`,
    'ENTRYPOINT []',
    `CMD ${json(fillCommand(plan.start.command, at))}`,
  ]
}

function contentLines(plan: BuildPlan, stage: string, builds: boolean): string[] {
  if (plan.output) {
    return plan.output.paths.map((path) => {
      const at = path === '.' ? '/app' : `/app/${path}`
      return `COPY --from=${stage} ${json([at, at])}`
    })
  }
  if (!plan.dependencies) return [`COPY --from=${stage} /app /app`]
  const rest = builds ? `COPY --from=${stage} /app /app` : 'COPY [".","./"]'
  return ['COPY --from=dependencies /app /app', rest]
}

function outputImage({ outputImage }: DockerfileOptions): string {
  if (outputImage !== undefined) return outputImage
  throw new AppError('internal', 'The plan names a base for its output, and no image was given.')
}

function stageLines(stage: Stage, plan: BuildPlan, options: DockerfileOptions): string[] {
  const mounts = stage.caches.map((cache) => {
    const mount = cacheMount(cache, `/root/${cache}`, options)
    // Cargo tells by time what is up to date: two builds at once in one directory would confuse it.
    return plan.kind === 'rust' ? `${mount},sharing=locked` : mount
  })
  const run = stage.run.map((command) => runLine(command, mounts, options))
  return [...copyLines(stage.copy), ...run]
}

function copyLines(paths: string[]): string[] {
  if (paths.includes('.')) return ['COPY [".","./"]']
  const atTop = paths.filter((path) => !path.includes('/'))
  const below = paths.filter((path) => path.includes('/'))
  return [
    ...(atTop.length > 0 ? [`COPY ${json([...atTop, './'])}`] : []),
    ...below.map((path) => `COPY ${json([path, path])}`),
  ]
}

function runLine(command: Command, caches: string[], options: DockerfileOptions): string {
  const mounts = [
    ...options.secrets.map(({ id, target }) => `--mount=type=secret,id=${id},target=${target}`),
    ...caches,
  ]
  const env = options.secrets.flatMap((secret) =>
    Object.entries(secret.env).map(([name, value]) => `${name}=${value}`),
  )
  const fromFiles = options.secrets.filter((secret) => secret.variable)
  const run = fromFiles.length > 0 ? [...readingFiles(fromFiles), ...command] : command
  const words = env.length > 0 ? ['env', ...env, ...run] : run
  return ['RUN', ...mounts, json(words)].join(' ')
}

/** The shell reads these files and nothing of the repository: the command comes as its arguments. */
function readingFiles(secrets: DockerfileOptions['secrets']): string[] {
  const exports = secrets.map(({ variable, target }) => `export ${variable}="$(cat ${target})"`)
  return ['/bin/sh', '-c', [...exports, 'exec "$@"'].join('; '), 'sh']
}

function aptLines(packages: string[], options: DockerfileOptions): string[] {
  if (packages.length === 0) return []
  const mounts = [
    ...options.secrets.map(({ id, target }) => `--mount=type=secret,id=${id},target=${target}`),
    `${cacheMount('apt-lists', '/var/lib/apt/lists', options)},sharing=locked`,
    `${cacheMount('apt-archives', '/var/cache/apt', options)},sharing=locked`,
  ].join(' ')
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...packages]
  return [`RUN ${mounts} ["apt-get","update"]`, `RUN ${mounts} ${json(install)}`]
}

function cacheMount(name: string, target: string, options: DockerfileOptions): string {
  const id = `${options.cacheScope}-${name.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-/, '')}`
  return `--mount=type=cache,id=${id},target=${target}`
}

function json(words: string[]): string {
  return JSON.stringify(words)
}

function quote(value: string): string {
  // A line break would end the instruction and let the value write its own.
  if (/[\r\n\0]/.test(value)) {
    throw new AppError('plan_failed', 'An environment value of the plan holds a line break.', {
      hint: 'Set multi-line values in the server’s environment, not in moorage.json.',
    })
  }
  return `"${value.replace(/[\\"$]/g, '\\$&')}"`
}
