import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import config from '../../.dependency-cruiser.mjs'

// Each starts a program that is as slow as the machine is busy.
vi.setConfig({ testTimeout: 60_000 })

// A small tree in which every rule is broken once, laid out as the real one is.
const root = join(import.meta.dirname, '../..')
const tree = mkdtempSync(join(tmpdir(), 'moorage-rules-'))
cpSync(join(import.meta.dirname, 'fixtures/broken-rules'), tree, { recursive: true })
afterAll(() => rmSync(tree, { recursive: true }))

const report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
})

async function violations() {
  const args = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json']
  const depcruise = join(root, 'node_modules/.bin/depcruise')
  const { stdout } = await promisify(execFile)(
    depcruise,
    [...args, 'apps', 'packages', 'infra', 'e2e'],
    { cwd: tree },
  ).catch((failure: { stdout: string }) => failure)
  return report.parse(JSON.parse(stdout)).summary.violations
}

test('every dependency rule fails on the import that it forbids', async () => {
  const found = new Set((await violations()).map(({ rule }) => rule.name))
  // The top layer has nothing above it that another rule would not name first.
  const rules = config.forbidden.map(({ name }) => name)
  expect(rules.filter((name) => !found.has(name))).toEqual([])
})

test('tests and end-to-end code may use the libraries that are bound to a package', async () => {
  const bound = [
    'dockerode-in-runtime',
    'bullmq-in-bus',
    'ioredis-in-bus',
    'mcp-sdk-in-mcp',
    'octokit-in-one-file',
  ]
  const from = (await violations())
    .filter(({ rule }) => bound.includes(rule.name))
    .map((violation) => violation.from)
  expect(from.sort()).toEqual([
    'apps/git/src/bullmq.ts',
    'apps/git/src/dockerode.ts',
    'apps/git/src/ioredis.ts',
    'apps/git/src/mcp-sdk.ts',
    'apps/git/src/octokit.ts',
  ])
})

test('the environment may be read in an env.ts and nowhere else in an app', async () => {
  const biome = join(root, 'node_modules/.bin/biome')
  const rules = z.looseObject({}).parse(JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')))
  writeFileSync(join(tree, 'biome.json'), JSON.stringify({ ...rules, vcs: { enabled: false } }))
  const { stdout } = await promisify(execFile)(biome, ['lint', '--reporter=github', '.'], {
    cwd: tree,
  }).catch((failure: { stdout: string }) => failure)
  const faults = stdout.matchAll(
    /title=lint\/style\/(noProcessEnv|noRestrictedImports),file=([^,]+)/g,
  )
  expect(new Set([...faults].map(([, , file = '']) => file.replace(`${tree}/`, '')))).toEqual(
    new Set(['apps/git/src/reads-env.ts', 'apps/git/src/imports-env.ts']),
  )
})
