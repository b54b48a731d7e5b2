import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { addReports, emptyReport, type Report, totals } from './report.ts'

export type Task = {
  name: string
  file: string
  args: readonly string[]
  env?: Record<string, string>
  /** Shows its output as it comes; else only where it fails. */
  stream?: boolean
  signal: AbortSignal
  /** For tests: reads what ran, given whether the program said that all went well. */
  report?: (succeeded: boolean) => Report
}

export type Outcome = { task: Task; succeeded: boolean; report: Report }

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs them, so many at a time, each to its end whatever the others do. */
export async function runTasks(tasks: readonly Task[], atOnce = 2): Promise<Outcome[]> {
  const waiting = [...tasks]
  const outcomes: Outcome[] = []
  const worker = async () => {
    for (let task = waiting.shift(); task; task = waiting.shift()) {
      outcomes.push(await runTask(task))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return outcomes
}

/** Prints the verdict, the totals alone on the last line, and gives the exit code. */
export function printTotals(outcomes: readonly Outcome[]): number {
  const failed = outcomes.filter((outcome) => !outcome.succeeded).map(({ task }) => task.name)
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
  const report = outcomes.map((outcome) => outcome.report).reduce(addReports, emptyReport)
  console.log(`\n${totals(report)}`)
  return failed.length > 0 || report.failed > 0 ? 1 : 0
}

/** Aborts when we are asked to end, or when whoever started us is gone. */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController()
  const stop = () => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop)
  process.on('disconnect', stop)
  // Listening alone must not keep the process from ending when its work is done.
  process.channel?.unref()
  return controller.signal
}

async function runTask(task: Task): Promise<Outcome> {
  const startedAt = Date.now()
  if (task.stream) console.log(`\n${styleText('bold', task.name)}`)
  const { succeeded, output } = await run(task)
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  const mark = succeeded ? styleText('green', '✓') : styleText('red', '✗')
  console.log(`  ${mark} ${task.name} ${styleText('dim', `${seconds}s`)}`)
  if (!succeeded && !task.stream) console.log(`\n${output.trimEnd()}\n`)
  return { task, succeeded, report: task.report?.(succeeded) ?? emptyReport }
}

function run(task: Task): Promise<{ succeeded: boolean; output: string }> {
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(task.file, task.args, {
      cwd: root,
      env: { ...process.env, ...task.env },
      stdio: task.stream ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    })
    const stop = () => child.kill('SIGTERM')
    if (task.signal.aborted) stop()
    task.signal.addEventListener('abort', stop)
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output += chunk
    })
    child.on('error', (error) => resolve({ succeeded: false, output: error.message }))
    child.on('close', (code) => {
      task.signal.removeEventListener('abort', stop)
      resolve({ succeeded: code === 0, output })
    })
  })
}
