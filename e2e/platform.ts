import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { baseImage, caBundlePath } from '@moorage/testing/services'

const root = new URL('..', import.meta.url).pathname
const bootstrap = join(root, 'infra/bootstrap/run.mjs')

export type Ready = {
  dashboardUrl: string
  routerUrl: string
  gitUrl: string
  adminApiKey: string
  servers: { slug: string; url: string; key: string }[]
}

export type Ran = { exitCode: number; stdout: string; stderr: string }

/** A whole platform, started as a user does, in a data directory of its own. */
export type Platform = {
  ready: Ready
  dataDir: string
  output(): string
  /** The CLI, as a process: `moorage('servers', 'list', '--json')`. */
  moorage(...args: string[]): Promise<Ran>
  stop(): Promise<void>
}

export async function startPlatform(options: {
  runtime: 'docker' | 'process'
  redisUrl?: string
  args?: string[]
  env?: Record<string, string>
}): Promise<Platform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'moorage-e2e-'))
  const images = {
    MOORAGE_BASE_IMAGE_PYTHON: baseImage('python'),
    MOORAGE_BASE_IMAGE_NODE: baseImage('node'),
    MOORAGE_BASE_IMAGE_GOLANG: baseImage('golang'),
    MOORAGE_BASE_IMAGE_RUST: baseImage('rust'),
    MOORAGE_BASE_IMAGE_DEBIAN: baseImage('debian'),
  }
  const env = {
    ...process.env,
    MOORAGE_DATA_DIR: dataDir,
    ...(options.redisUrl ? { REDIS_URL: options.redisUrl } : {}),
    ...Object.fromEntries(
      Object.entries(images).flatMap(([name, image]) => (image ? [[name, image]] : [])),
    ),
    ...(caBundlePath() ? { MOORAGE_BUILD_CA_FILE: caBundlePath() ?? '' } : {}),
    ...options.env,
  }
  const args = [
    bootstrap,
    'start',
    '--runtime',
    options.runtime,
    '--verbose',
    ...(options.args ?? []),
  ]
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
    })
  const ready = await waitForReady(child, join(dataDir, 'ready.json'), () => output)
  return {
    ready,
    dataDir,
    output: () => output,
    moorage: (...words) => run(process.execPath, [bootstrap, 'moorage', ...words], { env }),
    stop: async () => {
      const platformId = readPlatformId(dataDir)
      await end(child)
      rmSync(dataDir, { recursive: true, force: true })
      if (options.runtime === 'docker') await removeImages(platformId)
    },
  }
}

function readPlatformId(dataDir: string): string {
  const secrets = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))
  return (secrets as { platformId: string }).platformId
}

/** A stopped platform leaves images to start from again; here nobody will. */
async function removeImages(platformId: string): Promise<void> {
  const filter = `label=dev.moorage.platform=${platformId}`
  const { stdout } = await run('docker', [
    'image',
    'ls',
    '--quiet',
    '--no-trunc',
    '--filter',
    filter,
  ])
  const ids = [...new Set(stdout.split('\n').filter(Boolean))]
  if (ids.length > 0) await run('docker', ['image', 'rm', '--force', ...ids])
}

/** Never throws for an exit code. */
export function run(
  file: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
): Promise<Ran> {
  const { cwd, env = process.env, timeoutMs = 280_000 } = options
  const settings = { ...(cwd ? { cwd } : {}), env, timeout: timeoutMs, maxBuffer: 64 * 2 ** 20 }
  return new Promise((resolve) => {
    execFile(file, args, settings, (error, stdout, stderr) => {
      const exitCode = error ? (typeof error.code === 'number' ? error.code : -1) : 0
      resolve({ exitCode, stdout, stderr })
    })
  })
}

async function waitForReady(
  child: ChildProcess,
  file: string,
  output: () => string,
): Promise<Ready> {
  const deadline = Date.now() + 280_000
  while (!existsSync(file)) {
    if (child.exitCode !== null)
      throw new Error(`npm start ended with ${child.exitCode}:\n${output()}`)
    if (Date.now() > deadline) {
      await end(child)
      throw new Error(`npm start was not ready in time:\n${output().slice(-4000)}`)
    }
    await sleep(100)
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Ready
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
}
