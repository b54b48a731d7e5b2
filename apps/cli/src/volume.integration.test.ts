import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'
import { cli, tempDirectory } from './testing/run-cli.ts'

let platform: Platform
let builder: ChildProcess
let dir: string
let env: Record<string, string>

beforeAll(async () => {
  platform = await startPlatform({ deploys: false })
  builder = await platform.startBuilder()
  env = { MOORAGE_URL: platform.url, MOORAGE_API_KEY: await platform.key(['admin']) }
  dir = join(tempDirectory(), 'notes')
  await cp(join(import.meta.dirname, '../../builder/src/fixtures/tiny'), dir, { recursive: true })
  const code = await readFile(join(dir, 'server.js'), 'utf8')
  await writeFile(join(dir, 'server.js'), code.replace('text: version', `text: ${keeping}`))
}, 120_000)
afterAll(async () => {
  const ended = once(builder, 'exit')
  builder.kill('SIGTERM')
  await ended
  await platform.stop()
})

/** Each call adds a letter to a file of the volume, and answers with all of them. */
const keeping = `(() => {
  const { appendFileSync, readFileSync } = process.getBuiltinModule('node:fs')
  const file = process.env.MOORAGE_VOLUME + '/kept'
  appendFileSync(file, 'a')
  return readFileSync(file, 'utf8')
})()`

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(dir, args, { env })
  expect(code, stderr).toBe(0)
  return stdout
}
const volume = async (...args: string[]) => JSON.parse(await run('volume', ...args, '--json'))

async function call(): Promise<string> {
  const { host, port } = await platform.deps.db.instance.findFirstOrThrow({
    where: { state: 'ready', deployment: { status: 'live' } },
  })
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'version' } }
  const answer = await fetch(`http://${host}:${port}/mcp`, {
    method: 'POST',
    body: JSON.stringify(message),
  })
  return (await answer.json()).result.content[0].text
}

test('a volume is made, backed up, downloaded, uploaded, restored, and kept when it is taken away', async () => {
  await run('deploy', '--json')
  expect(await run('volume', 'set', 'notes', '--path', '/data', '--max-mb', '5', '--daily')).toBe(
    'notes has a volume at /data\n',
  )
  await run('deploy', '--json')
  expect(await call()).toBe('a')
  const { id, status } = await volume('backup', 'notes')
  expect(status).toBe('done')
  expect(await call()).toBe('aa')

  const file = (await run('volume', 'download', id, '-s', 'notes')).trim()
  expect(file).toBe(join(dir, `notes-${id}.tar.gz`))
  expect(gunzipSync(await readFile(file)).toString()).toContain('kept')
  expect((await cli(dir, ['volume', 'download', id, '-s', 'notes'], { env })).code).toBe(2)

  const uploaded = await volume('upload', file, '-s', 'notes', '--restore')
  expect(uploaded).toMatchObject({ isRestoring: false, restoreFault: null, backupDaily: true })
  expect(uploaded.maxBytes).toBe(5 * 2 ** 20)
  expect(uploaded.backups.map(({ origin }: { origin: string }) => origin)).toEqual(
    expect.arrayContaining(['daily', 'manual', 'upload', 'restore']),
  )
  await expect.poll(call, { timeout: 20_000 }).toBe('aa')
  expect(await run('volume', 'remove-backup', id, '-s', 'notes')).toBe(`Removed: ${id}\n`)

  await run('volume', 'detach', 'notes')
  const [kept] = await volume('kept')
  expect(kept).toMatchObject({ madeFor: 'notes', path: '/data' })
  await run('volume', 'attach', kept.id, '-s', 'notes')
  await run('volume', 'detach', 'notes')
  expect(await run('volume', 'destroy', kept.id)).toBe(`Removed for good: ${kept.id}\n`)
  expect(await run('volume', 'show', 'notes', '--json')).toBe('null\n')
}, 120_000)

test('what the platform refuses is said with its hint, and no file is left of a download', async () => {
  await run('volume', 'set', 'notes')
  const bad = join(dir, 'bad.tar.gz')
  await writeFile(bad, 'hello')
  const upload = await cli(dir, ['volume', 'upload', bad, '-s', 'notes'], { env })
  expect(upload.code).toBe(2)
  expect(upload.stderr).toContain('This is no archive that can be read.')
  expect(upload.stderr).toContain('Upload a .tar.gz, as a backup is one.')
  expect((await cli(dir, ['volume', 'upload', 'none.tar.gz', '-s', 'notes'], { env })).code).toBe(2)

  const none = ['volume', 'download', 'bak_none', '-s', 'notes', '-o', 'none.tar.gz']
  expect((await cli(dir, none, { env })).code).toBe(4)
  expect((await cli(dir, none.toSpliced(2, 1), { env })).stderr).toContain(
    'moorage volume backup notes',
  )
  expect(existsSync(join(dir, 'none.tar.gz'))).toBe(false)

  const reader = { ...env, MOORAGE_API_KEY: await platform.key(['read']) }
  const refused = await cli(dir, ['volume', 'backup', 'notes', '--json'], { env: reader })
  expect([refused.code, JSON.parse(refused.stdout || refused.stderr).error.code]).toEqual([
    1,
    'forbidden',
  ])
  expect((await run('volume', 'download', '--help')).includes('not encrypted')).toBe(true)
})
