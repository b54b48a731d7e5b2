import { z } from 'zod'

const reportSchema = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  /** A line each: where, and the first line of why. */
  failures: z.array(z.string()),
  /** What passed only when it was tried again. */
  secondTries: z.array(z.string()),
})

export type Report = z.infer<typeof reportSchema>

export const emptyReport: Report = {
  ...{ passed: 0, failed: 0, skipped: 0 },
  ...{ failures: [], secondTries: [] },
}

export function addReports(a: Report, b: Report): Report {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    failures: [...a.failures, ...b.failures],
    secondTries: [...a.secondTries, ...b.secondTries],
  }
}

/** Others read its last line: it stands alone, and its words do not change. */
export function totals({ passed, failed, skipped, failures, secondTries }: Report): string {
  const lines = [
    ...failures.map((failure) => `failed: ${failure}`),
    ...secondTries.map((test) => `passed only at the second try: ${test}`),
  ]
  if (lines.length > 0) lines.push('')
  const skips = skipped > 0 ? `, ${skipped} skipped` : ''
  return [...lines, `${passed} passed, ${failed} failed${skips}`].join('\n')
}

/** `succeeded`: what Vitest's exit code says. It counts, too, where no report was written. */
export function readReport(json: string | null, succeeded: boolean): Report {
  const report = json === null ? emptyReport : reportSchema.parse(JSON.parse(json))
  if (succeeded || report.failed > 0) return report
  return { ...report, failed: 1, failures: ['the run itself, outside of any test'] }
}
