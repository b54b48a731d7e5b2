import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lock } from '../bootstrap/lock.mjs'
import { root } from './options.ts'

const stampFile = join(root, 'node_modules', '.moorage-web-built')
const proof = join(root, 'apps/web/.next/BUILD_ID')

/** Whether what was built last came from the files as they stand. */
export function webIsBuilt(): boolean {
  if (!existsSync(proof) || !existsSync(stampFile)) return false
  return readFileSync(stampFile, 'utf8') === sourceStamp()
}

/** Throws with the build's output when it fails. Two at once would write into the same place. */
export async function buildWeb(signal: AbortSignal): Promise<void> {
  const release = await lock(join(root, '.moorage', 'web-build.lock'), () => {})
  try {
    if (webIsBuilt()) return
    const stamp = sourceStamp()
    await turbo(['run', 'build', '--filter=@moorage/app-web', '--env-mode=loose'], signal)
    writeFileSync(stampFile, stamp)
  } finally {
    release()
  }
}

function turbo(args: string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ''
    const build = spawn(join(root, 'node_modules/.bin/turbo'), args, {
      cwd: root,
      env: {
        ...process.env,
        NEXT_TELEMETRY_DISABLED: '1',
        TURBO_TELEMETRY_DISABLED: '1',
        DO_NOT_TRACK: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const stop = () => build.pid && process.kill(-build.pid, 'SIGKILL')
    signal.addEventListener('abort', stop)
    for (const stream of [build.stdout, build.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk
      })
    }
    build.on('error', reject)
    build.on('close', (code) => {
      signal.removeEventListener('abort', stop)
      if (code === 0) resolve()
      else reject(new Error(`The dashboard could not be built.\n${output.trimEnd()}`))
    })
  })
}

/** By name, time and size: telling whether to ask the real cache must cost next to nothing. */
function sourceStamp(): string {
  const patterns = [
    'apps/web/**/*',
    'packages/*/src/**/*',
    'packages/*/package.json',
    'pnpm-lock.yaml',
  ]
  const exclude = (name: string) => ['node_modules', '.next', '.turbo', 'e2e'].includes(name)
  const files = globSync(patterns, {
    cwd: root,
    exclude: (path) => exclude(path.split('/').at(-1) ?? ''),
  })
  const hash = createHash('sha256')
  for (const file of files.sort()) {
    const facts = statSync(join(root, file))
    if (facts.isFile()) hash.update(`${file}\0${facts.mtimeMs}\0${facts.size}\n`)
  }
  return hash.digest('hex')
}

// What `npm test` calls, so that the platforms that its tests start find the dashboard built.
if (import.meta.main && !webIsBuilt()) await buildWeb(new AbortController().signal)
