import { checks } from './checks.ts'
import { startTestServices } from './services-setup.ts'
import { printTotals, runTasks, stopOnSignal, type Task } from './task.ts'
import { vitestTask } from './vitest-task.ts'

// `npm test`: everything. `npm test -- NAME`: the tests whose file path holds NAME.
const names = process.argv.slice(2)
const stopping = stopOnSignal()
process.exitCode = names.length > 0 ? await runNamed(names) : await runAll()

async function runNamed(filters: string[]): Promise<number> {
  const outcome = await runTasks([vitestTask('tests', { filters, stream: true, signal: stopping })])
  return printTotals(outcome)
}

async function runAll(): Promise<number> {
  // Mostly downloads and waiting where something is missing, so it runs beside the checks.
  const starting = startTestServices()
  const settled = starting.then(
    () => null,
    (error: unknown) => error,
  )
  const fast = await runTasks([...checks(stopping), unit(), webBuild()])
  const failure = await settled
  if (failure) {
    console.error(`\nThe services for the tests did not start.\n${failure}`)
    return printTotals(fast) || 1
  }
  const services = await starting
  try {
    const slow = ['integration', 'e2e'].map((project) =>
      vitestTask(project, { project, stream: true, signal: stopping, env: services.env }),
    )
    // One after the other: both columns of services and whole platforms share two cores.
    return printTotals([...fast, ...(await runTasks(slow, 1))])
  } finally {
    await services.stop()
  }
}

function unit(): Task {
  return vitestTask('unit', { project: 'unit', signal: stopping })
}

/** As `npm start` does it, so that the end-to-end tests find it done. */
function webBuild(): Task {
  return {
    name: 'web build',
    file: process.execPath,
    args: ['infra/supervisor/web-build.ts'],
    signal: stopping,
  }
}
