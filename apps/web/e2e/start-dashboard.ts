import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../../..')

export type Dashboard = {
  url: string
  child: ChildProcess
  /** What it wrote so far. */
  output: () => string
  /** Resolves with its exit code. */
  exited: Promise<number | null>
}

/** What users run: the built dashboard, as a process of its own, with an IPC parent as under `npm start`. */
export async function startDashboard(options: {
  databaseUrl: string
  port: number
  env?: Record<string, string>
}): Promise<Dashboard> {
  // Builds only where sources are newer than what was built.
  await promisify(execFile)(process.execPath, [join(root, 'infra/supervisor/web-build.ts')])
  const url = `http://localhost:${options.port}`
  const child = spawn(process.execPath, [join(root, 'apps/web/src/main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      DATABASE_URL: options.databaseUrl,
      MOORAGE_DATA_DIR: '/nonexistent',
      MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      MOORAGE_AUTH_SECRET: randomBytes(32).toString('base64'),
      MOORAGE_DASHBOARD_URL: url,
      MOORAGE_ROUTER_URL: 'http://localhost:4410',
      MOORAGE_GIT_URL: 'http://localhost:4420',
      MOORAGE_WEB_PORT: String(options.port),
      ...options.env,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk
    })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const dashboard = { url, child, output: () => output, exited }
  await Promise.race([answers(`${url}/api/healthz`), exited.then(() => failed(output))])
  return dashboard
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`Nothing answers at ${url}`)
}

function failed(output: string): never {
  throw new Error(`The dashboard ended before it answered:\n${output}`)
}
