import { cp, lstat, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppError, toAppError } from '@moorage/domain/error'
import { applicationDir, skippedDirs } from '../application-dir.ts'
import { buildDeadline } from '../build-deadline.ts'
import { cappedLog } from '../build-log.ts'
import { type BuildSettings, caEnv, cargoConfig, proxyEnv, redactor } from '../build-settings.ts'
import type { BuildInput, Image } from '../driver.ts'
import { npmConfig, tenantSecrets } from '../tenant-secrets.ts'
import { watchDisk } from '../watch-disk.ts'
import { runBuildCommand } from './build-command.ts'
import { imageIdOf, type Paths } from './paths.ts'
import { imageFactsSchema, readState, writeState } from './state-file.ts'
import { type Toolchain, toolchainFor, withToolchain } from './toolchain.ts'

export type ImageSettings = { build: BuildSettings; searchPath: string; maxLogBytes: number }

export async function buildImage(
  paths: Paths,
  settings: ImageSettings,
  input: BuildInput,
): Promise<Image> {
  const image = paths.image(input.deploymentId)
  const built = await readState(image.facts, imageFactsSchema)
  if (built) return { id: imageIdOf(input.deploymentId), sizeBytes: built.sizeBytes }
  const deadline = buildDeadline(input.signal, input.limits.timeoutMs)
  const disk = watchDisk(paths.root, input.limits.diskBytes)
  const signal = AbortSignal.any([deadline.signal, disk.signal])
  const redact = redactor(settings.build, input.secrets)
  const log = cappedLog((line) => input.onLog(redact(line)), settings.maxLogBytes)
  await rm(image.dir, { recursive: true, force: true })
  try {
    await build(paths, settings, { ...input, onLog: log.line, signal })
    const sizeBytes = await sizeOf(image.app)
    await writeState(image.facts, { deploymentId: input.deploymentId, sizeBytes })
    return { id: imageIdOf(input.deploymentId), sizeBytes }
  } catch (error) {
    await rm(image.dir, { recursive: true, force: true })
    throw deadline.error() ?? disk.error() ?? toAppError(error)
  } finally {
    disk.stop()
    log.end()
  }
}

async function build(paths: Paths, settings: ImageSettings, input: BuildInput): Promise<void> {
  const { plan } = input
  if (plan.kind === 'dockerfile' || plan.kind === 'image') throw needsEngine(plan.kind)
  const source = await applicationDir(input.sourceDir, plan.rootDir)
  const toolchain = await toolchainFor(plan, settings.searchPath)
  if (toolchain.remark) input.onLog(toolchain.remark)
  if (plan.packages.length > 0)
    input.onLog(`Not installed, for this is no container: ${plan.packages.join(', ')}`)
  const image = paths.image(input.deploymentId)
  await copySource(source, image.app)
  await mkdir(image.tmp)
  const home = paths.buildHome(input.teamId)
  await mkdir(join(home, '.cargo'), { recursive: true })
  const now = new Date()
  await utimes(home, now, now) // Used: see pruneCaches.
  const { cargoRegistry } = settings.build
  if (cargoRegistry)
    await writeFile(join(home, '.cargo', 'config.toml'), cargoConfig(cargoRegistry))
  const env = {
    ...buildEnv(settings.build, toolchain, { home, tmp: image.tmp }),
    ...(await secretEnv(settings.build, input.secrets, image.secrets)),
  }
  for (const command of [...plan.install.run, ...plan.build.run])
    await runBuildCommand(withToolchain(command, toolchain), { ...input, cwd: image.app, env })
  for (const dir of [image.tmp, image.secrets]) await rm(dir, { recursive: true, force: true })
}

/** As a container's steps have it: files beside the application, and gone with the build. */
async function secretEnv(
  settings: BuildSettings,
  secrets: Record<string, string>,
  dir: string,
): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  const npmrc = npmConfig(settings.npmRegistry, secrets)
  const files = tenantSecrets(secrets, dir)
  if (files.length === 0 && !npmrc) return env
  await mkdir(dir, { mode: 0o700 })
  for (const { name, file, value, env: more } of files) {
    await writeFile(file, value, { mode: 0o600 })
    Object.assign(env, { [name]: value }, more)
  }
  if (npmrc) {
    await writeFile(join(dir, 'npmrc'), npmrc, { mode: 0o600 })
    env.NPM_CONFIG_USERCONFIG = join(dir, 'npmrc')
  }
  return env
}

function needsEngine(kind: 'dockerfile' | 'image'): AppError {
  const what = kind === 'image' ? 'is an image' : 'brings a Dockerfile'
  return new AppError('build_failed', `This server ${what}, and there is no Docker here.`, {
    hint: 'Install Docker on this machine and restart Moorage.',
  })
}

async function copySource(from: string, to: string): Promise<void> {
  await cp(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => {
      const stat = await lstat(path)
      if (stat.isDirectory()) return path === from || !skippedDirs.has(basename(path))
      return stat.isFile() || stat.isSymbolicLink()
    },
  })
}

/** Nothing of the builder's own environment. */
function buildEnv(
  settings: BuildSettings,
  toolchain: Toolchain,
  dirs: { home: string; tmp: string },
): Record<string, string> {
  const { pipIndexUrl, goProxy } = settings
  return {
    PATH: toolchain.path,
    HOME: dirs.home,
    TMPDIR: dirs.tmp,
    LANG: 'C.UTF-8',
    // Advice to upgrade the machine's own tools is no use in a server's build log.
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    NPM_CONFIG_UPDATE_NOTIFIER: 'false',
    ...(settings.caBundlePath && caEnv(settings.caBundlePath)),
    ...(pipIndexUrl && { PIP_INDEX_URL: pipIndexUrl, UV_DEFAULT_INDEX: pipIndexUrl }),
    ...(goProxy && { GOPROXY: goProxy }),
    ...toolchain.env,
    ...proxyEnv(settings),
  }
}

async function sizeOf(dir: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath, entry.name))).size
  return bytes
}
