import { saveGithubApp } from '@moorage/deployments/github/github-app'
import { newId } from '@moorage/domain/id'
import { startGithub, type TestGithub } from '@moorage/testing/github'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Platform, startPlatform } from './testing/platform.ts'
import { cli, newDirectory, newRepository } from './testing/run-cli.ts'

let platform: Platform
let github: TestGithub
let env: Record<string, string>
let dir: string

const openapi = `openapi: 3.1.0
info: { title: Pets, version: "1" }
servers: [{ url: "https://pets.example.com" }]
paths: { /pets: { get: { operationId: listPets } } }
`
const server = 'from fastmcp import FastMCP\nmcp = FastMCP("x")\n'

beforeAll(async () => {
  github = await startGithub()
  platform = await startPlatform({ github })
  env = { MOORAGE_URL: platform.url, MOORAGE_API_KEY: await platform.key(['deploy']) }
  dir = await newDirectory('work', { 'petstore.yaml': openapi })
})
afterAll(async () => {
  await platform.stop()
  github.close()
})

async function json(
  args: string[],
  options: { env?: Record<string, string>; input?: string } = {},
) {
  const ran = await cli(dir, [...args, '--json'], { ...options, env: { ...env, ...options.env } })
  expect(ran.code, ran.stderr).toBe(0)
  return JSON.parse(ran.stdout)
}
const view = (slug: string) => json(['servers', 'show', slug])
const variables = async (slug: string) =>
  (await json(['env', 'list', slug])).map(({ key }: { key: string }) => key)

describe('deploy without a repository', () => {
  test('a command names the package, the server and its arguments', async () => {
    const made = await json(['deploy', '--command', 'npx -y @scope/server@1.2 --flag', '-e', 'A=1'])
    expect(made).toMatchObject({ slug: 'server', status: 'live' })
    expect(await view('server')).toMatchObject({
      source: 'settings',
      settings: { start: ['npx', '-y', '@scope/server@1.2', '--flag'] },
    })
    expect(await variables('server')).toEqual(['A'])
  })

  test('the same again changes the server, and deploys it once more', async () => {
    await json(['deploy', '--command', 'npx -y @scope/server@2.0'])
    expect((await view('server')).sourceLine).toBe('npx -y @scope/server@2.0')
    expect(await json(['deployments', 'list', 'server'])).toHaveLength(2)
  })

  test('what an MCP client keeps is taken over, its secrets as variables', async () => {
    const input = JSON.stringify({
      mcpServers: {
        clock: { command: 'uvx', args: ['mcp-server-time'], env: { TOKEN: 'secret' } },
      },
    })
    expect(await json(['deploy', '--mcp-json', '-'], { input })).toMatchObject({ slug: 'clock' })
    expect(JSON.stringify((await view('clock')).settings)).not.toContain('secret')
    expect(await variables('clock')).toEqual(['TOKEN'])
  })

  test('a remote server gets its header from a variable of the shell', async () => {
    const header = `Authorization: Bearer \${TOKEN}`
    const args = ['--remote', 'https://mcp.example.com/mcp', '--header', header, '-e', 'TOKEN']
    const made = await json(['deploy', ...args], { env: { TOKEN: 'very-secret' } })
    expect(made.slug).toBe('mcp-example-com')
    expect((await view(made.slug)).settings.remote).toEqual({
      url: 'https://mcp.example.com/mcp',
      headers: { Authorization: `Bearer \${TOKEN}` },
    })
    expect(await variables(made.slug)).toEqual(['TOKEN'])
  })

  test('an image, and an OpenAPI document by file', async () => {
    expect(await json(['deploy', '--image', 'example.com/acme/weather:1.2'])).toMatchObject({
      slug: 'weather',
    })
    const base = ['--base-url', 'https://api.example.com']
    expect(await json(['deploy', '--openapi', 'petstore.yaml', ...base])).toMatchObject({
      slug: 'petstore',
    })
    const row = await platform.deps.db.server.findUniqueOrThrow({ where: { slug: 'petstore' } })
    expect(row.document).toBe(openapi)
    expect(row.settings).toEqual({
      openapi: { document: 'openapi.yaml', baseUrl: 'https://api.example.com' },
    })
  })

  test('a server that comes from a repository is not replaced by a name that merely fits', async () => {
    const repository = await newRepository('tools', { 'server.py': server })
    expect((await cli(repository, ['deploy', '-e', 'A=1'], { env })).code).toBe(0)
    expect(await variables('tools')).toEqual(['A'])
    const refused = await cli(dir, ['deploy', '--image', 'example.com/acme/tools:1'], { env })
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('comes from a repository')
    await json(['deploy', '--image', 'example.com/acme/tools:1', '--server', 'tools'])
    expect((await view('tools')).sourceLine).toBe('example.com/acme/tools:1')
  })

  test.each([
    [['--image', 'a/b', '--remote', 'https://x.example.com'], 'do not go together'],
    [['--image', 'a/b', '--header', 'A: b'], '--header goes with'],
    [['--image', 'A B'], 'image:'],
    [['--remote', 'x.example.com'], 'remote.url'],
    [['--remote', 'https://x.example.com', '--header', 'Bearer x'], '"Name: value"'],
    [['--openapi', 'missing.yaml'], 'cannot be read'],
    [['--command', 'python server.py'], 'your own machine'],
    [['--image', 'a/weather', '-e', 'NOT_IN_THIS_SHELL'], 'no variable of this shell'],
  ])('%j is refused with the reason', async (args, text) => {
    const before = await platform.deps.db.deployment.count()
    const { code, stderr } = await cli(dir, ['deploy', ...args], { env })
    expect([1, 2]).toContain(code)
    expect(stderr).toContain(text)
    expect(await platform.deps.db.deployment.count()).toBe(before)
  })
})

describe('settings', () => {
  test('are shown, set by field as text or JSON, and taken away', async () => {
    const set = ['--set', 'node=24', '--set', 'port=9000', '--set', 'packages=["ffmpeg"]']
    expect(await json(['settings', 'server', ...set])).toMatchObject({
      start: ['npx', '-y', '@scope/server@2.0'],
      node: '24',
      port: 9000,
      packages: ['ffmpeg'],
    })
    const left = await json(['settings', 'server', '--unset', 'packages', '--unset', 'port'])
    expect(left).toEqual({ start: ['npx', '-y', '@scope/server@2.0'], node: '24' })
    expect(await json(['settings', 'server'])).toEqual(left)
    expect((await view('server')).isBehind).toBe(true)
  })

  test('what a field does not take is refused, and nothing is changed', async () => {
    const before = await json(['settings', 'server'])
    for (const set of ['port=many', 'prot=80', 'openapi.baseUrl=x']) {
      const { code, stderr } = await cli(dir, ['settings', 'server', '--set', set], { env })
      expect(code, set).toBe(2)
      expect(stderr).toContain('Known fields:')
    }
    expect(await json(['settings', 'server'])).toEqual(before)
  })

  test('a whole file replaces them', async () => {
    const input = '{"start": "uvx mcp-server-time"}'
    expect(await json(['settings', 'server', '--file', '-'], { input })).toEqual({
      start: ['uvx', 'mcp-server-time'],
    })
  })
})

describe('plan, with no platform', () => {
  const plan = (at: string, ...args: string[]) => cli(at, ['plan', ...args])

  test('several servers are listed, one is picked with --root', async () => {
    const repository = await newDirectory('mono', {
      'a/requirements.txt': 'fastmcp',
      'a/server.py': server,
      'c/go.mod': 'module x\n\ngo 1.22\n\nrequire github.com/mark3labs/mcp-go v0.30.0\n',
      'c/main.go':
        'package main\n\nimport "github.com/mark3labs/mcp-go/server"\n\nfunc main() { server.ServeStdio(nil) }\n',
      'b/package.json': '{"dependencies": {"@modelcontextprotocol/sdk": "1"}}',
    })
    const listed = await plan(repository)
    expect(listed.stdout).toMatch(/a +Python FastMCP/)
    expect(listed.stdout).toContain('moorage plan --root a')
    const { servers } = JSON.parse((await plan(repository, '--json')).stdout)
    expect(servers.map(({ rootDir }: { rootDir: string }) => rootDir)).toEqual(['a', 'b', 'c'])
    const one = await plan(repository, '--root', 'a')
    expect(one.stdout).toContain('Because')
    const dockerfile = await plan(repository, '--root', 'a', '--dockerfile')
    expect(dockerfile.stdout).toMatch(/^# .*\n# +docker build/)
    expect(dockerfile.stdout).toContain('\nCMD [')
    const go = await plan(repository, '--root', 'c', '--dockerfile')
    expect(go.stdout, go.stderr).toMatch(/FROM golang:[\s\S]*FROM debian:/)
    expect((await plan(repository, '--dockerfile')).stderr).toContain('--root a')
  })

  test('a server on stdio says that a bridge comes in front', async () => {
    const { stdout } = await plan(dir, '--command', 'uvx mcp-server-time')
    expect(stdout).toContain('Moorage puts its bridge in front')
  })

  test('where nothing is built there is no Dockerfile, and it says why', async () => {
    for (const [args, text] of [
      [['--image', 'example.com/a/b:1'], 'the image is example.com/a/b:1'],
      [['--remote', 'https://mcp.example.com/mcp'], 'runs at https://mcp.example.com/mcp'],
    ] as const) {
      const { code, stderr } = await plan(dir, ...args, '--dockerfile')
      expect(code).toBe(1)
      expect(stderr).toContain(text)
    }
  })
})

describe('deploy --github', () => {
  test('makes a server from a repository of the team’s account, with its default branch, and deploys it again', async () => {
    await saveGithubApp(platform.deps, github.app)
    github.installations.push({
      id: 42,
      account: { id: 1, login: 'acme', type: 'Organization' },
      repositories: [{ name: 'tides', isPrivate: true }],
    })
    const account = { teamId: platform.teamId, installationId: 42, account: 'acme' }
    expect(await json(['github'])).toEqual([])
    await platform.deps.db.githubInstallation.create({ data: { id: newId('ghi'), ...account } })
    expect(await json(['github'])).toMatchObject([{ name: 'acme/tides', isPrivate: true }])
    await json(['deploy', '--github', 'Acme/tides'])
    await json(['deploy', '--github', 'acme/tides'])
    expect(await view('tides')).toMatchObject({ repoUrl: `${github.url}/acme/tides.git` })
    expect(await json(['deployments', 'list', 'tides'])).toHaveLength(2)
    const other = await cli(dir, ['deploy', '--github', 'acme/other'], { env })
    expect([other.code, other.stderr]).toEqual([4, expect.stringContaining('moorage github')])
  })
})
