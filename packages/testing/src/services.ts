import { randomBytes, randomInt } from 'node:crypto'
import { migrate } from '@moorage/db/migrate'
import pg from 'pg'
import { redisDatabases, testEnv } from './env.ts'

/** A database of its own for a test file, on the test Postgres, with the schema applied. */
export async function testDatabaseUrl(): Promise<string> {
  const url = await createDatabase(testEnv().templateDatabase)
  await migrate(url)
  return url
}

/** The same with nothing in it, as a new installation finds it. */
export async function emptyDatabaseUrl(): Promise<string> {
  return createDatabase(null)
}

/** A database of its own, by its number, on the test Redis: queues are never shared, channels are. */
export function testRedisUrl(): string {
  return `${testEnv().redisUrl}/${randomInt(1, redisDatabases)}`
}

/** Whether a container engine answers. */
export function dockerIsUp(): boolean {
  return testEnv().dockerIsUp
}

/** The machine's CA bundle where it holds a CA of its own, which builds then need too. */
export function caBundlePath(): string | null {
  return testEnv().caBundlePath
}

/** Names of base images to build servers on; null stands for the product's default. */
export function baseImage(
  language: 'python' | 'node' | 'golang' | 'rust' | 'debian',
): string | null {
  return testEnv().baseImages[language]
}

/** Chromium for browser tests. */
export function chromiumPath(): string {
  return testEnv().chromiumPath
}

async function createDatabase(template: string | null): Promise<string> {
  const { databaseUrl } = testEnv()
  const name = `test_${randomBytes(6).toString('hex')}`
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const copied = template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : ''
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}${copied}`)
  } finally {
    await client.end()
  }
  const url = new URL(databaseUrl)
  url.pathname = `/${name}`
  return url.href
}
