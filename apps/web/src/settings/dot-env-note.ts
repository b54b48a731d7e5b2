import type { DotEnv } from './parse-dot-env.ts'

/** What was understood of pasted variables, before they are sent. */
export function dotEnvNote({ vars, faults }: DotEnv): {
  hint: string | undefined
  error: string | undefined
} {
  const names = Object.keys(vars)
  const [fault] = faults
  return {
    hint:
      names.length > 0
        ? `${names.length} ${names.length === 1 ? 'variable' : 'variables'}: ${names.join(', ')}`
        : undefined,
    error: fault ? `Line ${fault.line} is no variable: ${fault.text}` : undefined,
  }
}
