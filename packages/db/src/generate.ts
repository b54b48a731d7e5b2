import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { env, execPath, exit } from 'node:process'

// Prisma's CLI downloads a schema engine even for `generate`, which never runs it. Naming any
// executable in its place keeps set-up working with no access to Prisma's own host.
const cli = createRequire(import.meta.url).resolve('prisma/build/index.js')
const done = spawnSync(execPath, [cli, 'generate', '--no-hints'], {
  cwd: new URL('..', import.meta.url),
  env: { ...env, PRISMA_SCHEMA_ENGINE_BINARY: execPath, CHECKPOINT_DISABLE: '1' },
  stdio: 'inherit',
})
exit(done.status ?? 1)
