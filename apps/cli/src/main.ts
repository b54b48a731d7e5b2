#!/usr/bin/env node
import { CommanderError } from 'commander'
import { readEnv } from './env.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'
import { createTerminal } from './terminal.ts'

// A reader that has seen enough, as in `moorage logs | head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const program = createProgram()
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else {
    const json = program.opts<{ json?: boolean }>().json ?? false
    process.exitCode = reportError(createTerminal(readEnv(), { json }), error)
  }
}
