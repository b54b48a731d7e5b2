import { CommanderError } from 'commander'
import { readEnv } from './env.ts'
import { createProgram } from './program.ts'
import { reportError } from './report-error.ts'
import { createTerminal } from './terminal.ts'

/** Runs the command that the arguments name, and sets the exit code. */
export async function runCli(): Promise<void> {
  // A reader that has seen enough, as in `moorage logs | head`, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const program = createProgram()
  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? usage(error) : report(error)
  }

  function report(error: unknown): number {
    const json = program.opts<{ json?: boolean }>().json ?? false
    return reportError(createTerminal(readEnv(), { json }), error)
  }
}

/** commander has said it all; asking for help is no mistake. */
function usage(error: CommanderError): number {
  return error.exitCode === 0 ? 0 : 2
}
