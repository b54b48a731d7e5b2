import { CliError, Failed } from './cli-error.ts'
import { plain, type Terminal } from './terminal.ts'

/** Says what happened and what to do next; returns the exit code. With --json it is on stdout too. */
export function reportError(terminal: Terminal, error: unknown): number {
  if (error instanceof Failed) return 1
  const known = asCliError(error)
  terminal.note(
    `${terminal.interactive ? terminal.colors.red('✗') : 'error:'} ${plain(known.message)}`,
  )
  if (known.hint) terminal.note(`  ${plain(known.hint)}`)
  if (terminal.json)
    terminal.printJson({ error: { code: known.code, message: known.message, hint: known.hint } })
  return known.exitCode
}

function asCliError(error: unknown): CliError {
  if (error instanceof CliError) return error
  if (isAppError(error))
    return new CliError(error.userMessage, { hint: error.hint, code: error.code })
  return new CliError(error instanceof Error ? error.message : String(error), {
    hint: 'This is a fault of the CLI.',
    code: 'internal',
  })
}

/** By its shape: importing the class would cost every command the whole domain package. */
function isAppError(
  error: unknown,
): error is { userMessage: string; hint: string | null; code: string } {
  return error instanceof Error && error.name === 'AppError' && 'userMessage' in error
}
