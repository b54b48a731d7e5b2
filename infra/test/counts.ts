import { z } from 'zod'

export type Counts = { passed: number; failed: number; skipped: number }

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 }

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  }
}

/** Others read this line: it stands alone, and its words do not change. */
export function totalsLine(counts: Counts): string {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  return `${counts.passed} passed, ${counts.failed} failed${skipped}`
}

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) }),
  ),
})

/**
 * What Vitest's JSON report says. A file that could not be loaded holds no failed test and an
 * error outside of any test is in no file, yet neither may pass for success.
 */
export function countReport(json: string | null, succeeded: boolean): Counts {
  if (json === null) return { ...noCounts, failed: succeeded ? 0 : 1 }
  const run = report.parse(JSON.parse(json))
  const unloaded = run.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  )
  const failed = run.numFailedTests + unloaded.length
  return {
    passed: run.numPassedTests,
    failed: failed === 0 && !succeeded ? 1 : failed,
    skipped: run.numPendingTests + run.numTodoTests,
  }
}
