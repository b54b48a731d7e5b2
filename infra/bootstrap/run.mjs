// The one file that everyone runs, on whatever Node is there (20 or later): brings what is missing,
// then hands over to the TypeScript main of the command. No dependencies: nothing is installed yet.
import { argv, exit, version } from 'node:process'
import { handOver } from './hand-over.mjs'
import { bringUpToDate } from './install.mjs'
import { fail } from './step.mjs'

/** A quiet command prints nothing of its own on stdout, which belongs to its result. */
const commands = {
  start: { main: 'infra/supervisor/main.ts', quiet: false, needsPnpm: true },
  test: { main: 'infra/test/run.ts', quiet: false, needsPnpm: true },
  check: { main: 'infra/test/check.ts', quiet: false, needsPnpm: false },
  compatibility: { main: 'infra/compatibility/main.ts', quiet: true, needsPnpm: true },
  bench: { main: 'infra/bench/main.ts', quiet: true, needsPnpm: true },
  moorage: { main: 'apps/cli/src/main.ts', quiet: true, needsPnpm: false },
}

const [, , name = '', ...args] = argv
const command = Object.entries(commands).find(([key]) => key === name)?.[1]

if (!command) {
  console.error(
    `usage: node infra/bootstrap/run.mjs ${Object.keys(commands).join('|')} [arguments]`,
  )
  exit(2)
}
if (Number(version.slice(1).split('.')[0]) < 20) {
  console.error(`Moorage needs Node 20 or later to set itself up; this is ${version}.`)
  exit(2)
}
try {
  const tools = await bringUpToDate(command)
  await handOver(command.main, args, tools)
} catch (error) {
  fail(error)
}
