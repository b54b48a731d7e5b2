import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { addReports, emptyReport, readReport, totals } from './report.ts'

const root = join(import.meta.dirname, '../..')
const dir = mkdtempSync(join(tmpdir(), 'moorage-report-'))
afterAll(() => rmSync(dir, { recursive: true }))

/** The report of a run over the files in fixtures/runs whose names hold `name`. */
function run(name: string) {
  const file = join(dir, `${name}.json`)
  const fixtures = join(import.meta.dirname, 'fixtures/runs')
  const writer = join(import.meta.dirname, 'report-writer.ts')
  const { status } = spawnSync(
    join(root, 'node_modules/.bin/vitest'),
    ['run', '--root', fixtures, `--reporter=${writer}`, name],
    { env: { ...process.env, MOORAGE_TEST_REPORT: file } },
  )
  expect(existsSync(file)).toBe(true)
  return readReport(readFileSync(file, 'utf8'), status === 0)
}

test('names what failed, what passed at the second try only, and what was skipped', () => {
  expect(run('assertions')).toEqual({
    ...{ passed: 2, failed: 1, skipped: 1 },
    failures: ["assertions.test.ts > fails: expected 'one' to be 'two' // Object.is equality"],
    secondTries: [expect.stringMatching(/^assertions.test.ts > passes at the second try: /)],
  })
})

test.each([
  ['hook', 'hook.test.ts: no database'],
  ['unloadable', 'unloadable.test.ts: not to be loaded'],
  ['unhandled', 'outside of any test: nobody waits for it'],
])('what goes wrong outside of a test is a failure, and says why: %s', (name, failure) => {
  expect(run(name)).toMatchObject({ failed: 1, failures: [failure] })
})

test('a run that failed without a word is a failure', () => {
  expect(readReport(null, false).failed).toBe(1)
  expect(readReport(JSON.stringify(emptyReport), false).failed).toBe(1)
  expect(readReport(null, true).failed).toBe(0)
})

test('sums runs into lines of which others read the last', () => {
  const one = { ...emptyReport, passed: 2 }
  expect(totals(addReports(one, one))).toBe('4 passed, 0 failed')
  const bad = { ...one, failed: 1, skipped: 3, failures: ['a > b: c'], secondTries: ['d > e'] }
  expect(totals(addReports(one, bad)).split('\n')).toEqual([
    'failed: a > b: c',
    'passed only at the second try: d > e',
    '',
    '4 passed, 1 failed, 3 skipped',
  ])
})
