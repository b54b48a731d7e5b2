import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { planBuild } from '../detect.ts'
import { sourceTreeFrom } from '../source-tree.ts'

const planFor = (start: string[], files: Record<string, string> = {}) =>
  planBuild(sourceTreeFrom(files), { overrides: { start } })

test('is installed at build time with its version, and started without npm', () => {
  const plan = planFor(['npx', '-y', '@scope/server@1.2.3', '--flag'])
  expect(plan).toMatchObject({ kind: 'node', flavor: 'npm package', transport: 'stdio' })
  expect(plan.install.run[0]?.slice(-2)).toEqual(['--', '@scope/server@1.2.3'])
  expect(plan.start.command).toEqual(['./.moorage/server', '--flag'])
})

test.each([
  [['streamableHttp'], 'streamable-http'],
  [['--transport', 'http'], 'streamable-http'],
  [['--transport=sse'], 'sse'],
  [['/data', 'http'], 'stdio'],
])('with the arguments %j it speaks %s', (args, transport) => {
  expect(planFor(['npx', 'server', ...args]).transport).toBe(transport)
})

test('in a project npx speaks of what the project depends on', () => {
  const plan = planFor(['npx', 'tsx', 'src/index.ts'], { 'package.json': '{}' })
  expect([plan.flavor, plan.start.command[0]]).toEqual(['Node', 'npx'])
})

describe('the command of a package', () => {
  let dir = ''
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'moorage-npm-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  /** Runs the plan's own step in a directory where npm would have put these packages. */
  const link = (start: string[], bins: Record<string, unknown>) => {
    for (const [name, bin] of Object.entries(bins)) {
      write(`node_modules/${name}/package.json`, JSON.stringify({ name, bin }))
      const short = name.split('/').at(-1) ?? ''
      const names = typeof bin === 'string' ? [short] : Object.keys(bin ?? {})
      for (const command of names) write(`node_modules/.bin/${command}`, '')
    }
    const [program = '', ...args] = planFor(start).install.run[1] ?? []
    execFileSync(program, args, { cwd: dir, stdio: 'pipe' })
    return readlinkSync(join(dir, '.moorage/server'))
  }
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), text)
  }

  test.each([
    ['its only one', ['npx', '@scope/server'], { '@scope/server': { 'mcp-x': 'x.js' } }, 'mcp-x'],
    [
      'the one of its name',
      ['npx', '@scope/server'],
      { '@scope/server': { a: 'a.js', server: 'b.js' } },
      'server',
    ],
    ['one file under two names', ['npx', 'x'], { x: { a: 'x.js', b: 'x.js' } }, 'a'],
    ['a plain bin', ['npx', '@scope/server'], { '@scope/server': 'x.js' }, 'server'],
    ['the one that is asked for', ['npx', '-p', 'x', 'b'], { x: { a: 'a.js', b: 'b.js' } }, 'b'],
  ])('%s', (_name, start, bins, command) => {
    expect(link(start, bins)).toBe(`../node_modules/.bin/${command}`)
  })

  test.each([
    [
      'several, and none of its name',
      ['npx', 'x'],
      { x: { a: 'a.js', b: 'b.js' } },
      /does not say which/,
    ],
    ['none', ['npx', 'x'], { x: {} }, /it has: none/],
    [
      'not the one that is asked for',
      ['npx', '-p', 'x', 'c'],
      { x: { a: 'a.js' } },
      /no command c/,
    ],
  ])('%s: the build says so', (_name, start, bins, says) => {
    expect(() => link(start, bins)).toThrow(says)
  })
})
