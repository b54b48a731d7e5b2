import { expect, test } from 'vitest'
import { addCounts, countReport, totalsLine } from './counts.ts'

const report = (numPassedTests: number, numFailedTests: number, files: unknown[] = []) =>
  JSON.stringify({
    numPassedTests,
    numFailedTests,
    numPendingTests: 1,
    numTodoTests: 0,
    testResults: files,
  })

test('counts a test file that could not be loaded as a failure', () => {
  const files = [{ status: 'failed', assertionResults: [{ status: 'skipped' }] }]
  expect(countReport(report(3, 0, files), false)).toEqual({ passed: 3, failed: 1, skipped: 1 })
})

test('does not count a failed test twice because its file failed too', () => {
  const files = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }]
  expect(countReport(report(3, 1, files), false).failed).toBe(1)
})

test('counts a failure where the run failed outside of any test', () => {
  expect(countReport(report(3, 0), false).failed).toBe(1)
})

test('counts a failure where the run left no report', () => {
  expect(countReport(null, false).failed).toBe(1)
  expect(countReport(null, true).failed).toBe(0)
})

test('sums runs into one line that others read', () => {
  const one = { passed: 2, failed: 0, skipped: 0 }
  expect(totalsLine(addCounts(one, one))).toBe('4 passed, 0 failed')
  expect(totalsLine(addCounts(one, { passed: 1, failed: 2, skipped: 3 }))).toBe(
    '3 passed, 2 failed, 3 skipped',
  )
})
