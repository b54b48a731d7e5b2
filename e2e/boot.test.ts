import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const good = {
  PATH: process.env.PATH,
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nothing',
  MOORAGE_DATA_DIR: '/nonexistent',
  MOORAGE_PLATFORM_ID: 'boot',
  MOORAGE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  MOORAGE_AUTH_SECRET: randomBytes(32).toString('base64'),
  MOORAGE_DASHBOARD_URL: 'https://moorage.example.com',
  MOORAGE_ROUTER_URL: 'https://mcp.example.com',
  MOORAGE_GIT_URL: 'https://git.example.com',
  MOORAGE_ROUTER_PORT: '0',
  MOORAGE_GIT_PORT: '0',
}
const weakKey = Buffer.alloc(32).toString('base64')

test.each([
  ['web', 'MOORAGE_AUTH_SECRET', 'hunter2-hunter2'],
  ['web', 'MOORAGE_ENCRYPTION_KEY', weakKey],
  ['web', 'MOORAGE_AUTH_SECRET', undefined],
  ['builder', 'MOORAGE_ENCRYPTION_KEY', weakKey],
  ['builder', 'MOORAGE_ENCRYPTION_KEY', undefined],
  ['router', 'MOORAGE_ENCRYPTION_KEY', weakKey],
  ['router', 'MOORAGE_ENCRYPTION_KEY', undefined],
  ['git', 'MOORAGE_ENCRYPTION_KEY', weakKey],
  ['git', 'MOORAGE_ENCRYPTION_KEY', undefined],
])(
  '%s refuses to boot with a weak or missing %s, and says which',
  { timeout: 60_000 },
  async (app, name, value) => {
    const main = join(import.meta.dirname, '../apps', app, 'src/main.ts')
    const { [name]: _, ...rest }: Record<string, string | undefined> = good
    const env = value === undefined ? rest : { ...rest, [name]: value }
    const ended = await promisify(execFile)(process.execPath, [main], { env }).catch(
      (error) => error,
    )
    expect(ended.code).toBeGreaterThan(0)
    expect(ended.stderr).toContain(name)
    if (value) expect(ended.stderr + ended.stdout).not.toContain(value)
  },
)
