import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readReport } from './report.ts'
import type { Task } from './task.ts'

type VitestOptions = {
  /** One project of vitest.config.ts; all of them without. */
  project?: string
  /** Parts of file paths: only tests in such files run. */
  filters?: readonly string[]
  env?: Record<string, string>
  stream?: boolean
  signal: AbortSignal
}

export function vitestTask(name: string, options: VitestOptions): Task {
  const dir = mkdtempSync(join(tmpdir(), 'moorage-report-'))
  const file = join(dir, 'report.json')
  const args = ['run', '--reporter=default', '--reporter=./infra/test/report-writer.ts']
  if (options.project) args.push(`--project=${options.project}`)
  return {
    name,
    file: 'node_modules/.bin/vitest',
    args: [...args, ...(options.filters ?? [])],
    signal: options.signal,
    env: { ...options.env, MOORAGE_TEST_REPORT: file },
    ...(options.stream && { stream: true }),
    report(succeeded) {
      const json = existsSync(file) ? readFileSync(file, 'utf8') : null
      rmSync(dir, { recursive: true, force: true })
      return readReport(json, succeeded)
    },
  }
}
