import { knownFaults } from './known-faults.ts'

const maxLines = 400
const maxLineLength = 2000

/** Steps whose log is a tool's or the server's own; the others explain themselves. */
const steps = new Set(['build', 'start', 'handshake', 'switch'])

/**
 * What to do about the well-known faults, by the last lines of a log. Null where none is known.
 * `step` is the deployment's step that failed, `said` what that step itself had to say.
 */
export function hintFor(lines: string[], step: string, said = ''): string | null {
  if (!steps.has(step)) return null
  const last = lines
    .slice(-maxLines)
    .map((line) => line.slice(0, maxLineLength))
    // npm warns of much that harms nothing, in the words of what does.
    .filter((line) => !/^npm warn/i.test(line))
  const whole = [last.join('\n')]
  for (const fault of knownFaults) {
    if (fault.step !== undefined && fault.step !== step) continue
    if (fault.said !== undefined && !fault.said.test(said)) continue
    for (const line of fault.across ? whole : last) {
      const match = fault.pattern.exec(line)
      if (match !== null) return fault.hint(match)
    }
  }
  return null
}
