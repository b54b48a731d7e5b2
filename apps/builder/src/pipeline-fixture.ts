import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Deployment, Server, Trigger } from '@moorage/db/client'
import { createDeployment } from '@moorage/deployments/create-deployment'
import { createServer } from '@moorage/deployments/create-server'
import { deployPreview } from '@moorage/deployments/deploy-preview'
import { startDeps } from '@moorage/deployments/testing/start-deps'
import { isActive } from '@moorage/domain/deployment'
import { newId } from '@moorage/domain/id'
import { noBuildSettings } from '@moorage/runtime/build-settings'
import { createDockerDriver } from '@moorage/runtime/docker'
import type { RuntimeDriver } from '@moorage/runtime/driver'
import { createProcessDriver } from '@moorage/runtime/process'
import type { OwnEngine } from '@moorage/testing/own-engine'
import { baseImage, caBundlePath, testRedisUrl } from '@moorage/testing/services'
import { vi } from 'vitest'

const tiny = new URL('fixtures/tiny/', import.meta.url).pathname
export const actor = { id: 'usr_test', name: 'Test' }

/** A builder as a process of its own, on a real database, with repositories to deploy from. */
export type BuilderFixture = Awaited<ReturnType<typeof startFixture>>

export async function startFixture(options: {
  runtime: 'docker' | 'process'
  redis: boolean
  /** Another engine than the one that all tests share. */
  engine?: OwnEngine
}) {
  const { engine } = options
  const dataDir = mkdtempSync(join(tmpdir(), 'moorage-builder-'))
  const redisUrl = options.redis ? testRedisUrl() : undefined
  const platformId = `test-${randomBytes(4).toString('hex')}`
  const deps = await startDeps({ redisUrl })
  const { databaseUrl, encryptionKey } = deps
  const team = await deps.db.team.create({ data: { id: newId('team'), slug: 'one', name: 'One' } })
  let child: ChildProcess | null = null
  let output = ''

  async function startBuilder(extra: Record<string, string> = {}): Promise<void> {
    const main = new URL('main.ts', import.meta.url).pathname
    const [file = '', ...args] = [...(engine?.within ?? []), process.execPath, main]
    const started = spawn(file, args, {
      env: {
        ...(engine ? { DOCKER_HOST: `unix://${engine.socketPath}`, MOORAGE_FIREWALL: 'off' } : {}),
        PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
        DATABASE_URL: databaseUrl,
        ...(redisUrl ? { REDIS_URL: redisUrl } : {}),
        MOORAGE_DATA_DIR: dataDir,
        MOORAGE_ENCRYPTION_KEY: encryptionKey.toString('base64'),
        MOORAGE_PLATFORM_ID: platformId,
        MOORAGE_RUNTIME: options.runtime,
        MOORAGE_DRAIN_SECONDS: '3',
        MOORAGE_START_TIMEOUT_SECONDS: '20',
        ...(baseImage('node') ? { MOORAGE_BASE_IMAGE_NODE: baseImage('node') ?? '' } : {}),
        ...(caBundlePath() ? { MOORAGE_BUILD_CA_FILE: caBundlePath() ?? '' } : {}),
        ...extra,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child = started
    started.stdout?.on('data', (chunk) => {
      output += chunk
    })
    started.stderr?.on('data', (chunk) => {
      output += chunk
    })
    await new Promise<void>((resolve, reject) => {
      started.once('message', () => resolve())
      started.once('exit', (code) =>
        reject(new Error(`the builder ended with ${code}:\n${output}`)),
      )
    })
  }

  async function endBuilder(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = child
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill(signal)
    await ended
  }

  let count = 0
  async function newServer(): Promise<Server> {
    const slug = `tiny-${++count}`
    return createServer(deps, { teamId: team.id, slug }, actor)
  }

  /** A commit of the tiny server, changed by `edit`, in the platform's own bare repository. */
  function commit(server: Server, edit: Record<string, string> = {}): string {
    const bare = join(dataDir, 'git', `${server.id}.git`)
    const work = mkdtempSync(join(tmpdir(), 'moorage-work-'))
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
        cwd: work,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim()
    mkdirSync(bare, { recursive: true })
    git('init', '--quiet', '--bare', bare)
    git('init', '--quiet', '--initial-branch=main', '.')
    cpSync(tiny, work, { recursive: true })
    for (const [path, text] of Object.entries(edit)) writeFileSync(join(work, path), text)
    writeFileSync(join(work, '.nonce'), randomBytes(8).toString('hex'))
    git('add', '--all', '--force')
    git('commit', '--quiet', '--message', 'A version')
    git('push', '--quiet', '--force', bare, 'HEAD:refs/heads/main')
    const sha = git('rev-parse', 'HEAD')
    rmSync(work, { recursive: true })
    return sha
  }

  async function push(
    server: Server,
    edit: Record<string, string> = {},
    trigger: Trigger = 'push',
  ) {
    const commitSha = commit(server, edit)
    return createDeployment(
      deps,
      { teamId: team.id, serverId: server.id, trigger, commitSha },
      actor,
    )
  }

  async function pushBranch(server: Server, ref: string, edit: Record<string, string> = {}) {
    const of = { teamId: team.id, serverId: server.id, trigger: 'push', ref } as const
    const { deployment } = await deployPreview(
      deps,
      { ...of, commitSha: commit(server, edit) },
      actor,
    )
    if (!deployment) throw new Error('it waits for approval')
    return deployment
  }

  const read = (id: string) =>
    deps.db.deployment.findUniqueOrThrow({
      where: { id },
      include: { steps: true, instances: true },
    })

  /** Ended, or live and drained. */
  async function settled(id: string, timeout = 60_000) {
    return vi.waitFor(
      async () => {
        const row = await read(id)
        const drained = row.steps.some((step) => step.name === 'drain' && step.status === 'done')
        if (isActive(row.status) || (row.status === 'live' && !drained))
          throw new Error(`${row.status}: ${JSON.stringify(row.steps)}\n${output.slice(-2000)}`)
        return row
      },
      { timeout, interval: 50 },
    )
  }

  async function call(deployment: Pick<Deployment, 'id'>): Promise<string> {
    const { instances } = await read(deployment.id)
    const instance = instances.find((row) => row.state === 'ready')
    if (!instance) throw new Error('no instance is ready')
    const response = await fetch(`http://${instance.host}:${instance.port}/mcp`, {
      method: 'POST',
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'version' },
      }),
    })
    const { result } = (await response.json()) as { result: { content: { text: string }[] } }
    return result.content[0]?.text ?? ''
  }

  /** The driver that the builder has, for a look at what runs. */
  function createDriver(): Promise<RuntimeDriver> {
    const common = { platformId, build: noBuildSettings }
    return options.runtime === 'docker'
      ? createDockerDriver({ ...common, ...(engine ? { socketPath: engine.socketPath } : {}) })
      : Promise.resolve(createProcessDriver({ ...common, dataDir }))
  }

  async function close(): Promise<void> {
    await endBuilder('SIGTERM')
    // Servers outlive their builder.
    const driver = await createDriver()
    for (const { instanceId } of await driver.list()) await driver.remove(instanceId)
    for (const { id } of await driver.listImages()) await driver.removeImage(id)
    for (const name of await driver.listVolumes()) await driver.removeVolume(name)
    await driver.close()
    await deps.close()
    rmSync(dataDir, { recursive: true, force: true })
  }

  return {
    deps,
    team,
    dataDir,
    platformId,
    databaseUrl,
    startBuilder,
    endBuilder,
    newServer,
    push,
    pushBranch,
    read,
    settled,
    call,
    close,
    createDriver,
    output: () => output,
  }
}

/** The tiny server saying another version. */
export function version(text: string): Record<string, string> {
  return {
    'server.js': readFileSync(join(tiny, 'server.js'), 'utf8').replace(
      "version = '1'",
      `version = '${text}'`,
    ),
  }
}
