import { checks } from './checks.ts'
import { printTotals, runTasks, stopOnSignal } from './task.ts'
import { vitestTask } from './vitest-task.ts'

// `npm run check`: what needs no service, in well under a minute.
const signal = stopOnSignal()
const tasks = [...checks(signal), vitestTask('unit', { project: 'unit', signal })]
process.exitCode = printTotals(await runTasks(tasks))
