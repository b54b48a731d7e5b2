import { writeFileSync } from 'node:fs'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import type { Report } from './report.ts'

/** A Vitest reporter that writes a Report to the file that MOORAGE_TEST_REPORT names. */
export default class ReportWriter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env.MOORAGE_TEST_REPORT
    if (!file) return
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state: string) => tests.filter((test) => test.result().state === state)
    // A file or a hook around tests that went wrong fails none of them, yet must not pass for success.
    const broken = modules.filter(
      (module) => !module.ok() && ![...module.children.allTests('failed')].length,
    )
    const report: Report = {
      passed: inState('passed').length,
      failed: inState('failed').length + broken.length + unhandled.length,
      skipped: inState('skipped').length,
      failures: [
        ...inState('failed').map(told),
        ...broken.map((module) => line(module.relativeModuleId, suiteErrors(module))),
        ...unhandled.map((error) => line('outside of any test', [error])),
      ],
      secondTries: inState('passed')
        .filter((test) => test.diagnostic()?.flaky)
        .map(told),
    }
    writeFileSync(file, JSON.stringify(report))
  }
}

function told(test: TestCase): string {
  return line(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? [])
}

function suiteErrors(module: TestModule): SerializedError[] {
  return [...module.errors(), ...[...module.children.allSuites()].flatMap((one) => one.errors())]
}

function line(where: string, errors: readonly { message: string }[]): string {
  const first = errors[0]?.message.split('\n')[0]?.slice(0, 300)
  return first ? `${where}: ${first}` : where
}
