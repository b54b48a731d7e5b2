import { statSync } from 'node:fs'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'
import { cli, newDirectory, tempDirectory, write } from './testing/run-cli.ts'

let platform: Platform
let key: string

beforeAll(async () => {
  platform = await startPlatform()
  key = await platform.key(['admin'])
})
afterAll(() => platform.stop())

const configOf = (home: string) => join(home, '.config/moorage/config.json')

test('login keeps the key in a file that only its owner reads; logout forgets it', async () => {
  const env = { HOME: tempDirectory() }
  const login = await cli('/', ['login', '--url', platform.url], { env, input: `${key}\n` })
  expect(login.code, login.stderr).toBe(0)
  expect(login.stdout + login.stderr).not.toContain(key)
  expect(statSync(configOf(env.HOME)).mode & 0o777).toBe(0o600)
  const who = await cli('/', ['whoami', '--json'], { env })
  expect(JSON.parse(who.stdout)).toMatchObject({ url: platform.url, teams: [{ slug: 'acme' }] })
  expect((await cli('/', ['logout'], { env })).code).toBe(0)
  expect((await cli('/', ['whoami'], { env })).code).toBe(3)
})

test('a wrong key is not kept', async () => {
  const env = { HOME: tempDirectory() }
  const { code, stderr } = await cli('/', ['login', '--url', platform.url], { env, input: 'mrg_x' })
  expect(code).toBe(3)
  expect(stderr).toContain('unknown, expired or revoked')
  await expect(readFile(configOf(env.HOME))).rejects.toThrow()
})

test('finds an npm start by the ready.json above the directory, or in the data directory', async () => {
  const ready = JSON.stringify({ dashboardUrl: platform.url, adminApiKey: key, servers: [] })
  const dir = await newDirectory('project', { '.moorage/ready.json': ready, 'deep/er/x': '' })
  await chmod(join(dir, '.moorage/ready.json'), 0o600)
  expect((await cli(join(dir, 'deep/er'), ['servers', '--json'])).stdout).toBe('[]\n')
  const env = { MOORAGE_DATA_DIR: join(dir, '.moorage') }
  expect((await cli('/', ['servers', '--json'], { env })).stdout).toBe('[]\n')
})

test('a ready.json that others may read, as one from a cloned repository, counts for nothing', async () => {
  const ready = JSON.stringify({ dashboardUrl: platform.url, adminApiKey: key })
  const dir = await newDirectory('cloned', { '.moorage/ready.json': ready })
  const { stdout, code } = await cli(dir, ['whoami', '--json'])
  expect(code).not.toBe(0)
  expect(stdout).not.toContain(platform.url)
})

test('a saved key is sent to no other address than its own', async () => {
  const env = { HOME: tempDirectory() }
  await cli('/', ['login', '--url', platform.url, '--key', key], { env })
  const { code, stderr } = await cli('/', ['servers', '--url', 'http://127.0.0.1:9'], { env })
  expect(code).toBe(3)
  expect(stderr).toContain('You are not signed in to http://127.0.0.1:9')
})

test('flags come before the environment, and that before the saved sign-in', async () => {
  const env = { HOME: tempDirectory(), MOORAGE_URL: platform.url, MOORAGE_API_KEY: 'mrg_wrong' }
  await write(env.HOME, {
    '.config/moorage/config.json': JSON.stringify({ url: 'http://127.0.0.1:9', key: 'mrg_old' }),
  })
  expect((await cli('/', ['whoami'], { env })).code).toBe(3)
  expect((await cli('/', ['whoami', '--key', key], { env })).code).toBe(0)
})

test('a platform that is away, and one that is none, are told apart', async () => {
  const gone = { MOORAGE_URL: 'http://127.0.0.1:9', MOORAGE_API_KEY: key }
  expect((await cli('/', ['servers'], { env: gone })).stderr).toContain('does not answer')
  const other = { ...gone, MOORAGE_URL: platform.gitUrl }
  expect((await cli('/', ['servers'], { env: other })).stderr).toContain('is not a Moorage')
})

test('run through npm, paths are those of the directory that it was typed in', async () => {
  const dir = await newDirectory('typed-in', { Dockerfile: 'FROM scratch\nEXPOSE 8000\n' })
  const env = { npm_lifecycle_event: 'moorage', INIT_CWD: dir }
  const { stdout, stderr } = await cli('/', ['plan', '--json'], { env })
  expect(JSON.parse(stdout), stderr).toMatchObject({ kind: 'dockerfile', port: 8000 })
})

test('wrong use exits with 2, and every command explains itself', async () => {
  expect((await cli('/', ['frobnicate'])).code).toBe(2)
  expect((await cli('/', ['logs', '-n', 'many'])).code).toBe(2)
  for (const command of [
    'deploy',
    'servers',
    'deployments',
    'logs',
    'keys',
    'env',
    'members',
    'invite',
    'teams',
    'rollback',
    'plan',
  ]) {
    const { code, stdout } = await cli('/', [command, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Usage: moorage ${command}`)
  }
})
