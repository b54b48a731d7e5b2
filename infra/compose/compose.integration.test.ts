import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '@moorage/embedded/free-port'
import {
  baseImage,
  caBundlePath,
  dockerIsUp,
  emptyDatabaseUrl,
  testRedisUrl,
} from '@moorage/testing/services'
import { afterAll, expect, test } from 'vitest'
import { answers } from '../supervisor/health.ts'
import { root } from '../supervisor/options.ts'
import { readComposeFile } from './compose-file.ts'

const mark = `moorage-compose-${randomBytes(4).toString('hex')}`
const image = `${mark}:test`
const socket = '/var/run/docker.sock'

async function docker(...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: '0' }
  const { stdout, stderr } = await promisify(execFile)('docker', args, {
    cwd: root,
    env,
    maxBuffer: 64 * 2 ** 20,
  })
  return stdout + stderr
}

afterAll(async () => {
  if (!dockerIsUp()) return
  const ids = (await docker('ps', '--all', '--quiet', '--filter', `label=${mark}`)).split('\n')
  await docker('rm', '--force', '--volumes', ...ids.filter(Boolean)).catch(() => {})
  await docker('volume', 'rm', '--force', mark).catch(() => {})
  await docker('image', 'rm', '--force', image, `${mark}:base`).catch(() => {})
}, 60_000)

/** The machine's own CA, where it has one, is known to the base image: no part of the product. */
async function nodeImage(): Promise<string> {
  const [base, ca] = [baseImage('node') ?? 'node:24-bookworm-slim', caBundlePath()]
  if (!ca) return base
  const dir = mkdtempSync(join(tmpdir(), 'moorage-compose-'))
  const file = '/etc/ssl/certs/ca-certificates.crt'
  copyFileSync(ca, join(dir, 'ca.crt'))
  const lines = [`FROM ${base}`, `COPY ca.crt ${file}`, `ENV NODE_EXTRA_CA_CERTS=${file}`]
  writeFileSync(join(dir, 'Dockerfile'), lines.join('\n'))
  await docker('build', '--quiet', '--tag', `${mark}:base`, dir)
  rmSync(dir, { recursive: true })
  return `${mark}:base`
}

type Service = ReturnType<typeof readComposeFile>['services'][string]

/** What compose would run, on this machine's test services. */
function runArgs(service: Service, environment: Record<string, string>): string[] {
  const env = { ...service.environment, ...environment }
  const flags = [
    ...['--network', service.network_mode ?? 'bridge', '--label', mark, '--init'],
    ...(service.read_only ? ['--read-only'] : []),
    ...service.cap_drop.flatMap((name) => ['--cap-drop', name]),
    ...service.security_opt.flatMap((option) => ['--security-opt', option]),
    ...service.tmpfs.flatMap((path) => ['--tmpfs', path]),
    ...service.volumes.flatMap((volume) => ['--volume', volume.replace(/^data:/, `${mark}:`)]),
    // Without a value, as the file has it, it is what it is here, or not at all.
    ...Object.entries(env).flatMap(([name, value]) => [
      '--env',
      value === null ? name : `${name}=${value}`,
    ]),
  ]
  return [...flags, image, ...service.command]
}

test.runIf(dockerIsUp())(
  'builds the image, prepares an empty database, and runs the four apps as compose would',
  { timeout: 900_000 },
  async () => {
    const buildArgs = ['--build-arg', `NODE_IMAGE=${await nodeImage()}`, '--tag', image]
    await docker('build', ...buildArgs, '--file', 'infra/compose/Dockerfile', '.')

    const gid = String(statSync(socket).gid)
    const { services } = readComposeFile({
      MOORAGE_PLATFORM_ID: mark,
      MOORAGE_DASHBOARD_HOST: 'moorage.example.com',
      MOORAGE_ROUTER_HOST: 'mcp.example.com',
      MOORAGE_GIT_HOST: 'git.example.com',
      MOORAGE_ACME_EMAIL: 'you@example.com',
      MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      MOORAGE_AUTH_SECRET: randomBytes(32).toString('base64'),
      POSTGRES_PASSWORD: 'of the test',
      REDIS_PASSWORD: 'of the test',
      DOCKER_GID: gid,
    })
    const ports = { web: await freePort(0), router: await freePort(0), git: await freePort(0) }
    const environment = {
      DATABASE_URL: await emptyDatabaseUrl(),
      REDIS_URL: testRedisUrl(),
      MOORAGE_WEB_PORT: String(ports.web),
      MOORAGE_ROUTER_PORT: String(ports.router),
      MOORAGE_GIT_PORT: String(ports.git),
    }
    const args = (name: string) => {
      const service = services[name]
      if (!service) throw new Error(`There is no service ${name}`)
      return runArgs(service, environment)
    }

    const said = await docker('run', '--rm', ...args('prepare'))
    expect(said).toMatch(/https:\/\/moorage\.example\.com\/setup\?token=\S{20,}/)

    const run = async (name: string, ...more: string[]) =>
      (await docker('run', '--detach', ...more, ...args(name))).trim()
    const apps = {
      [await run('web')]: `http://127.0.0.1:${ports.web}/api/healthz`,
      [await run('router')]: `http://127.0.0.1:${ports.router}/healthz`,
      [await run('git')]: `http://127.0.0.1:${ports.git}/healthz`,
    }
    const builder = await run('builder', '--group-add', gid)
    for (const [container, url] of Object.entries(apps)) {
      await until(container, async () => answers(url))
    }
    await until(builder, async () => (await logs(builder)).includes('builder is ready'))
  },
)

const logs = (container: string) => docker('logs', container)

async function until(container: string, isThere: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await isThere())) {
    if (Date.now() > deadline) throw new Error(`It does not get ready:\n${await logs(container)}`)
    await sleep(500)
  }
}
