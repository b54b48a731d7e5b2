/** 1 it failed, 2 used wrongly, 3 not signed in, 4 not found. */
export type ExitCode = 1 | 2 | 3 | 4

/** Ends the command: what happened, what to do next, and how the process exits. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  readonly hint: string | null
  readonly code: string

  constructor(
    message: string,
    options: {
      hint?: string | null | undefined
      exitCode?: ExitCode
      code?: string
      cause?: unknown
    } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'CliError'
    this.hint = options.hint ?? null
    this.exitCode = options.exitCode ?? 1
    this.code = options.code ?? byExit[this.exitCode]
  }
}

const byExit = { 1: 'failed', 2: 'bad_input', 3: 'unauthenticated', 4: 'not_found' }

/** The command was shown to have failed already; only its exit code is left to say. */
export class Failed extends Error {}
