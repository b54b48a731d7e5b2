import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, searchPath, startPlatform } from './testing/platform.ts'
import { cli, git, newDirectory, newRepository, tempDirectory, write } from './testing/run-cli.ts'

let platform: Platform
let env: Record<string, string>

beforeAll(async () => {
  platform = await startPlatform()
  env = { MOORAGE_URL: platform.url, MOORAGE_API_KEY: await platform.key(['deploy']) }
})
afterAll(() => platform.stop())

/** The files that the platform has for the newest deployment of a server. */
async function sentFiles(slug: string): Promise<Record<string, string>> {
  const server = await platform.deps.db.server.findUniqueOrThrow({
    where: { slug },
    include: { deployments: { orderBy: { createdAt: 'desc' }, take: 1 } },
  })
  const sha = server.deployments[0]?.commitSha ?? ''
  const repository = ['--git-dir', join(platform.dataDir, 'git', `${server.id}.git`)]
  const names = await git('/', ...repository, 'ls-tree', '-r', '--name-only', sha)
  const files: Record<string, string> = {}
  for (const name of names.split('\n'))
    files[name] = await git('/', ...repository, 'cat-file', 'blob', `${sha}:${name}`)
  return files
}

test('deploys what git tracks, uncommitted changes included, and nothing that it does not track', async () => {
  const dir = await newRepository('weather', {
    'server.py': 'one',
    'lib/a.py': 'a',
    'gone.py': 'x',
  })
  await write(dir, { 'server.py': 'two', 'staged.py': 's', 'secret.txt': 'not tracked' })
  await git(dir, 'add', 'staged.py')
  await rm(join(dir, 'gone.py'))
  const before = await git(dir, 'status', '--porcelain')
  const { code, stdout, stderr } = await cli(dir, ['deploy'], { env })
  expect(code, stderr).toBe(0)
  expect(stderr).toContain('building First version (with uncommitted changes)')
  expect(stderr).toContain('git does not track it (git add): secret.txt')
  expect(stdout).toContain('http://router.test/weather/mcp')
  expect(stdout).toContain('forecast, alerts')
  expect(await sentFiles('weather')).toEqual({
    'server.py': 'two',
    'lib/a.py': 'a',
    'staged.py': 's',
  })
  expect(await git(dir, 'status', '--porcelain'), 'the index is untouched').toBe(before)
})

test('a subdirectory is deployed as a server of its own, or whole where the server expects that', async () => {
  const dir = await newRepository('mono', { 'top.txt': 't', 'servers/echo/server.py': 'e' })
  expect((await cli(dir, ['deploy', 'servers/echo', '-s', 'echo'], { env })).code).toBe(0)
  expect(await sentFiles('echo')).toEqual({ 'server.py': 'e' })
  await platform.deps.db.server.update({
    where: { slug: 'echo' },
    data: { rootDir: 'servers/echo' },
  })
  expect((await cli(dir, ['deploy', 'servers/echo', '-s', 'echo'], { env })).code).toBe(0)
  expect(await sentFiles('echo')).toEqual({ 'top.txt': 't', 'servers/echo/server.py': 'e' })
})

test('a directory without git is deployed too: .gitignore counts, and no .env, no node_modules goes along', async () => {
  const dir = await newDirectory('no-git', {
    'server.py': 's',
    '.gitignore': '*.log\n',
    'debug.log': 'l',
    '.env': 'TOKEN=1',
    'node_modules/x/index.js': 'x',
  })
  const { code, stderr } = await cli(dir, ['deploy'], { env })
  expect(code, stderr).toBe(0)
  expect(await sentFiles('no-git')).toEqual({ 'server.py': 's', '.gitignore': '*.log' })
  expect(existsSync(join(dir, '.git'))).toBe(false)
})

test('deploys from a shallow clone', async () => {
  const origin = await newRepository('origin', { 'server.py': 'one' })
  await write(origin, { 'server.py': 'two' })
  await git(origin, 'commit', '--quiet', '--all', '-m', 'Second')
  const parent = tempDirectory()
  await git(parent, 'clone', '--quiet', '--depth=1', `file://${origin}`, 'shallow-one')
  const { code, stderr } = await cli(join(parent, 'shallow-one'), ['deploy'], { env })
  expect(code, stderr).toBe(0)
  expect(await sentFiles('shallow-one')).toEqual({ 'server.py': 'two' })
})

test('deploying the same twice is two deployments', async () => {
  const dir = await newRepository('twice', { 'server.py': 'one' })
  const ids = []
  for (let time = 0; time < 2; time++) {
    const { stdout } = await cli(dir, ['deploy', '--json'], { env })
    ids.push(JSON.parse(stdout).deployment.id)
  }
  expect(new Set(ids).size).toBe(2)
})

test('a deployment that fails says why, names the version that stays live, and exits with 1', async () => {
  const dir = await newRepository('fragile', { 'server.py': 'one' })
  expect((await cli(dir, ['deploy'], { env })).code).toBe(0)
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'A broken one')
  const { code, stdout } = await cli(dir, ['deploy'], { env })
  expect(code).toBe(1)
  expect(stdout).toContain('build failed (exit code 1): pip could not install')
  expect(stdout).toContain('Hint: Is the name in requirements.txt right?')
  expect(stdout).toContain('The version before stays live')
})

test('--json prints the result alone on stdout, failed or not', async () => {
  const dir = await newRepository('as-json', { 'server.py': 'one' })
  const good = await cli(dir, ['deploy', '--json'], { env })
  expect(JSON.parse(good.stdout)).toMatchObject({
    slug: 'as-json',
    url: 'http://router.test/as-json/mcp',
    status: 'live',
    deployment: {
      trigger: 'upload',
      handshake: { tools: [{ name: 'forecast' }, { name: 'alerts' }] },
    },
  })
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'A broken one')
  const bad = await cli(dir, ['deploy', '--json'], { env })
  expect(bad.code).toBe(1)
  expect(JSON.parse(bad.stdout)).toMatchObject({ status: 'failed' })
})

test('--no-wait returns while the deployment runs', async () => {
  const dir = await newRepository('unwaited', { 'server.py': 'one' })
  await git(dir, 'commit', '--allow-empty', '--quiet', '-m', 'A slow one')
  const { code, stdout } = await cli(dir, ['deploy', '--no-wait', '--json'], { env })
  expect(code).toBe(0)
  expect(['queued', 'building']).toContain(JSON.parse(stdout).status)
})

test('the key is in no argument of any process, and in no file of the repository', async () => {
  const dir = await newRepository('quiet-key', { 'server.py': 'one' })
  const bin = await newDirectory('bin', {
    git: `#!/bin/sh\nprintf '%s\\n' "$*" >> "${dir}/../arguments"\nexec /usr/bin/git "$@"\n`,
  })
  const { chmod, readFile, readdir } = await import('node:fs/promises')
  await chmod(join(bin, 'git'), 0o755)
  const { code } = await cli(dir, ['deploy'], { env: { ...env, PATH: `${bin}:/usr/bin:/bin` } })
  expect(code).toBe(0)
  const seen = await readFile(join(dir, '../arguments'), 'utf8')
  expect(seen).toContain('push')
  expect(seen).not.toContain('mrg_')
  for (const name of await readdir(join(dir, '.git'), { recursive: true, withFileTypes: true }))
    if (name.isFile())
      expect(await readFile(join(name.parentPath, name.name), 'latin1')).not.toContain('mrg_')
})

test('what cannot be deployed is refused with the reason, and makes no server', async () => {
  const before = await platform.deps.db.server.count()
  const dir = await newRepository('ok', { 'server.py': 'one' })
  const attempts: [string[], number, string][] = [
    [['deploy', './missing'], 2, 'is not a directory'],
    [['deploy', 'https://example.com/x.git'], 2, '--repo https://example.com/x.git'],
    [['deploy', '--branch', 'x'], 2, '--branch goes with --repo'],
    [['deploy', '--server', 'Bad Name'], 2, 'cannot be a server'],
    [['deploy', '--server', 'admin'], 2, 'reserved'],
    [['deploy', '--repo', 'file:///etc', '--server', 'local-file'], 2, 'https and ssh only'],
    [['deploy', '--repo=--upload-pack=x', '--server', 'option'], 2, 'may not begin with'],
  ]
  for (const [args, exitCode, text] of attempts) {
    const { code, stderr } = await cli(dir, args, { env })
    expect(code, args.join(' ')).toBe(exitCode)
    expect(stderr).toContain(text)
  }
  expect(await platform.deps.db.server.count()).toBe(before)
})

test('a key that may not deploy is told what it lacks', async () => {
  const dir = await newRepository('forbidden', { 'server.py': 'one' })
  const key = await platform.key(['read'])
  const { code, stderr } = await cli(dir, ['deploy'], { env: { ...env, MOORAGE_API_KEY: key } })
  expect(code).toBe(1)
  expect(stderr).toContain('this key may not make one')
  expect(stderr).toContain('--scope deploy')
})

test('link makes git push deploy the server', async () => {
  const dir = await newRepository('linked', { 'server.py': 'one' })
  expect((await cli(dir, ['link', 'by-another-name'], { env })).code).toBe(0)
  const remote = await git(dir, 'remote', 'get-url', 'moorage')
  expect(remote).toMatch(/\/by-another-name\.git$/)
  expect(remote).not.toContain('mrg_')
  const { stdout } = await cli(dir, ['deploy', '--json'], { env })
  expect(JSON.parse(stdout).slug).toBe('by-another-name')
})

test('after link git push asks for no password: the CLI hands it the key, which is in no file of the repository', async () => {
  const dir = await newRepository('asked-nothing', { 'server.py': 'one' })
  expect((await cli(dir, ['link', 'asked-nothing'], { env })).code).toBe(0)
  const push = (more: Record<string, string>) =>
    promisify(execFile)('git', ['push', 'moorage', 'main'], {
      cwd: dir,
      env: { PATH: searchPath, HOME: tempDirectory(), GIT_TERMINAL_PROMPT: '0', ...more },
    })
  await expect(push({})).rejects.toThrow(/could not read Username/)
  expect((await push(env)).stderr).toContain('asked-nothing is live')
  expect(await git(dir, 'config', '--local', '--list')).not.toContain('mrg_')
})

test('git gets the key for the remote of this platform and for no other host', async () => {
  const ask = async (url: string) =>
    (await cli(tempDirectory(), ['git-credential', 'get'], { env, input: `url=${url}\n\n` })).stdout
  const { gitUrl } = platform
  expect(await ask(`${gitUrl}/x.git`)).toContain(`password=${env.MOORAGE_API_KEY}`)
  expect(await ask('https://evil.example/x.git')).toBe('')
  expect(await ask('nonsense')).toBe('')
})
