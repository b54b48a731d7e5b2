import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { AppError } from '@moorage/domain/error'
import { bridgeMain } from '@moorage/mcp/bridge-files'
import type { InstanceSpec, InstanceStatus } from '../driver.ts'
import { startCommand } from '../start-command.ts'
import { inspectInstance } from './instance-status.ts'
import { type LaunchRequest, launchAnswerSchema } from './launch-request.ts'
import { deploymentOf, type Paths } from './paths.ts'
import { removeInstance } from './remove.ts'
import { ensureVolume } from './server-volume.ts'
import { imageFactsSchema, readState, writeState } from './state-file.ts'
import { toolchainFor, withToolchain } from './toolchain.ts'

const launcher = fileURLToPath(new URL('./launcher.ts', import.meta.url))

export async function deployInstance(
  paths: Paths,
  searchPath: string,
  spec: InstanceSpec,
): Promise<InstanceStatus> {
  const existing = await inspectInstance(paths, spec.instanceId)
  if (existing?.state === 'running') return existing
  await removeInstance(paths, spec.instanceId)
  const image = paths.image(deploymentOf(spec.imageId) ?? 'none')
  if (!(await readState(image.facts, imageFactsSchema)))
    throw new AppError('start_failed', 'The image of this deployment is gone.', {
      hint: 'Deploy again.',
    })
  const port = await freePort()
  const request = await prepare(paths, searchPath, spec, { port, cwd: image.app })
  const error = await launch(request)
  const started = await inspectInstance(paths, spec.instanceId)
  if (!error && started) return started
  await removeInstance(paths, spec.instanceId)
  throw new AppError('start_failed', error ?? 'The server did not start.')
}

async function prepare(
  paths: Paths,
  searchPath: string,
  spec: InstanceSpec,
  at: { port: number; cwd: string },
): Promise<LaunchRequest> {
  const files = paths.instance(spec.instanceId)
  for (const dir of [files.home, files.tmp]) await mkdir(dir, { recursive: true, mode: 0o700 })
  await writeState(files.facts, {
    instanceId: spec.instanceId,
    serverId: spec.serverId,
    deploymentId: spec.deploymentId,
    port: at.port,
    bridged: spec.plan.transport === 'stdio',
    volume: spec.volume?.name ?? null,
    startedAt: new Date(),
  })
  const toolchain = await toolchainFor(spec.plan, searchPath)
  const volume = spec.volume && (await ensureVolume(paths, spec.volume.name))
  const { command, env } = startCommand(
    spec.plan,
    volume ? { ...spec.env, MOORAGE_VOLUME: volume } : spec.env,
    { host: '127.0.0.1', port: at.port },
  )
  const own = withToolchain(command, toolchain)
  return {
    instanceDir: files.dir,
    cwd: at.cwd,
    command: spec.plan.transport === 'stdio' ? bridged(spec, at.port, own) : own,
    env: { PATH: toolchain.path, HOME: files.home, TMPDIR: files.tmp, LANG: 'C.UTF-8', ...env },
  }
}

/** The bridge in front of a server that speaks stdio; its processes inherit all that the server would. */
function bridged({ plan, limits }: InstanceSpec, port: number, command: string[]): string[] {
  const listen = ['--host', '127.0.0.1', '--port', String(port), '--path', plan.path]
  const children = ['--max-children', String(limits.maxChildren)]
  return [process.execPath, bridgeMain(), ...listen, ...children, '--', ...command]
}

/** Starts the launcher and lets go of it: it and the server outlive this process. Null is success. */
async function launch(request: LaunchRequest): Promise<string | null> {
  const child = fork(launcher, [], { detached: true, stdio: 'ignore', env: {}, execArgv: [] })
  child.unref()
  child.send(request)
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  const answer = launchAnswerSchema.safeParse(message)
  return answer.success ? answer.data.error : 'The server did not start.'
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return address.port
}
