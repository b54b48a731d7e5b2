import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb, type Db } from '@moorage/db/client'
import { newId } from '@moorage/domain/id'
import { testDatabaseUrl } from '@moorage/testing/services'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Builder } from './context.ts'
import { deleteOldRows } from './housekeeping.ts'
import { packRepositories } from './pack-repositories.ts'

const stopping = new AbortController().signal
const dayMs = 86_400_000
let db: Db
let dataDir: string

beforeAll(async () => {
  db = createDb(await testDatabaseUrl())
  dataDir = mkdtempSync(join(tmpdir(), 'moorage-house-'))
})
afterAll(async () => {
  await db.$disconnect()
  rmSync(dataDir, { recursive: true })
})

test('log lines go when they are too old, and the oldest when there are too many', async () => {
  const line = (text: string, daysAgo: number) => ({
    ...({ serverId: 'srv_x', deploymentId: 'dep_x', stream: 'stdout', text } as const),
    at: new Date(Date.now() - daysAgo * dayMs),
  })
  await db.logLine.createMany({ data: [line('old', 31), line('a', 2), line('b', 1), line('c', 0)] })
  const texts = async (count: number) => {
    const env = {
      ...{ MOORAGE_KEEP_LOG_DAYS: 30, MOORAGE_KEEP_REQUEST_DAYS: 30 },
      ...{ MOORAGE_KEEP_LOG_LINES: count, MOORAGE_KEEP_REQUESTS: count },
    } as Builder['env']
    await deleteOldRows({ deps: { db }, env, stopping } as Builder)
    return (await db.logLine.findMany({ orderBy: { id: 'asc' } })).map(({ text }) => text)
  }
  expect(await texts(1000)).toEqual(['a', 'b', 'c'])
  expect(await texts(2)).toEqual(['b', 'c'])
})

test('of what was pushed, only what a branch names or is young is kept', async () => {
  const repository = join(dataDir, 'git', `${newId('srv')}.git`)
  mkdirSync(repository, { recursive: true })
  const git = (args: string[], input = '') =>
    execFileSync('git', ['--git-dir', repository, ...args], { input, encoding: 'utf8' }).trim()
  git(['init', '--quiet', '--bare'])
  const object = (text: string) => git(['hash-object', '-w', '--stdin'], text)
  const tree = git(['mktree'], `100644 blob ${object('kept')}\tfile\n`)
  const by = ['-c', 'user.name=x', '-c', 'user.email=x@example.com']
  git(['update-ref', 'refs/heads/main', git([...by, 'commit-tree', tree, '-m', 'x'])])
  const [young, old] = [object('young'), object('old')]
  const file = join(repository, 'objects', old.slice(0, 2), old.slice(2))
  utimesSync(file, 0, Date.now() / 1000 - 100 * 86_400)
  // As after many pushes: git judges by how many objects begin with 17.
  git(['config', 'gc.auto', '1'])
  const begins = (text: string) =>
    createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex').startsWith('17')
  const many = Array.from({ length: 5_000 }, (_, n) => `one of many ${n}`).filter(begins)
  for (const text of many.slice(0, 4)) object(text)
  const env = { MOORAGE_DATA_DIR: dataDir, MOORAGE_KEEP_IMAGE_DAYS: 90, PATH: process.env.PATH }
  await packRepositories({ env: env as Builder['env'], log: pino({ enabled: false }), stopping })
  const exists = (id: string) => {
    try {
      return git(['cat-file', '-t', id])
    } catch {
      return null
    }
  }
  expect(git(['cat-file', '-p', 'main:file'])).toBe('kept')
  expect([exists(young), exists(old)]).toEqual(['blob', null])
}, 60_000)
