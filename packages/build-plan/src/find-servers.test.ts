import { describe, expect, test } from 'vitest'
import { planBuild } from './detect.ts'
import { findServers } from './find-servers.ts'
import { sourceTreeFrom } from './source-tree.ts'

const stdio = "import '@modelcontextprotocol/sdk/server/stdio.js'"
const manifest = (more: object) =>
  JSON.stringify({ main: 'x.js', dependencies: { '@modelcontextprotocol/sdk': '1' }, ...more })

test('offers each server of a repository, examples last, and says what is wrong with one', () => {
  const found = findServers(
    sourceTreeFrom({
      'README.md': '',
      'package.json': '{"private":true}',
      'examples/a/package.json': manifest({}),
      'examples/a/x.js': stdio,
      'servers/b/package.json': manifest({}),
      'servers/b/x.js': stdio,
      'servers/c/requirements.txt': 'fastmcp\n',
      'web/package.json': '{"dependencies":{"react":"19"}}',
    }),
  )
  expect(found.map(({ rootDir }) => rootDir)).toEqual(['servers/b', 'servers/c', 'examples/a'])
  expect(found.map(({ plan }) => plan?.flavor)).toEqual([
    'TypeScript SDK',
    undefined,
    'TypeScript SDK',
  ])
  expect(found[1]?.failure?.code).toBe('plan_failed')
})

test('stops at fifty, however many there are', () => {
  const files = Array.from({ length: 80 }, (_, index) => [`s${index}/Dockerfile`, 'FROM x'])
  expect(findServers(sourceTreeFrom(Object.fromEntries(files)))).toHaveLength(50)
})

describe('a workspace', () => {
  const files = {
    'package.json': JSON.stringify({ private: true, workspaces: ['packages/*', 'servers/*'] }),
    'package-lock.json': '{}',
    'packages/base/package.json': JSON.stringify({ name: '@x/base', scripts: { build: 'tsc' } }),
    'servers/a/package.json': manifest({
      name: '@x/a',
      dependencies: { '@modelcontextprotocol/sdk': '1', '@x/base': '*' },
    }),
    'servers/a/x.js': stdio,
    'servers/b/package.json': manifest({ name: '@x/b' }),
    'servers/b/x.js': stdio,
  }

  test('is installed from its root, and what a server needs is built before it', () => {
    const plan = planBuild(sourceTreeFrom(files), { rootDir: 'servers/a' })
    expect([plan.rootDir, plan.install.copy]).toEqual(['.', ['.']])
    expect(plan.install.run[0]?.slice(0, 2)).toEqual(['npm', 'ci'])
    expect(plan.build.run[0]).toEqual(['env', '--chdir=packages/base', 'npm', 'run', 'build'])
    expect(plan.start.command).toEqual(['env', '--chdir=servers/a', 'node', 'x.js'])
  })

  test('of pnpm is read from its own file', () => {
    const pnpm = {
      ...files,
      'package.json': '{}',
      'pnpm-workspace.yaml': 'packages:\n  - servers/*\n',
      'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    }
    expect(planBuild(sourceTreeFrom(pnpm), { rootDir: 'servers/a' }).install.run[0]).toContain(
      'pnpm@10',
    )
  })

  test('holds two servers', () => {
    expect(findServers(sourceTreeFrom(files)).map(({ rootDir }) => rootDir)).toEqual([
      'servers/a',
      'servers/b',
    ])
  })

  test('does not reach over a directory with a lock file of its own', () => {
    const own = { ...files, 'servers/a/package-lock.json': '{}' }
    expect(planBuild(sourceTreeFrom(own), { rootDir: 'servers/a' }).rootDir).toBe('servers/a')
  })

  test('whose packages need each other in a circle is planned', () => {
    const circle = {
      ...files,
      'packages/base/package.json': JSON.stringify({
        name: '@x/base',
        dependencies: { '@x/a': '*' },
        scripts: { build: 'tsc' },
      }),
    }
    expect(planBuild(sourceTreeFrom(circle), { rootDir: 'servers/a' }).build.run).toHaveLength(2)
  })

  test('with a broken pnpm-workspace.yaml gets an explanation', () => {
    const broken = { ...files, 'pnpm-workspace.yaml': 'packages: [' }
    expect(() => planBuild(sourceTreeFrom(broken), { rootDir: 'servers/a' })).toThrow(
      /not valid YAML/,
    )
  })
})

test('a Dockerfile that smithery.yaml names is found once', () => {
  const tree = sourceTreeFrom({
    'a/smithery.yaml': 'runtime: container\nbuild: { dockerfile: deploy/Dockerfile }\n',
    'a/deploy/Dockerfile': 'FROM scratch\n',
  })
  expect(findServers(tree).map(({ rootDir }) => rootDir)).toEqual(['a'])
})
