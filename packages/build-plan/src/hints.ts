import { knownFaults } from './known-faults.ts'

const maxLines = 400
const maxLineLength = 2000

/** Steps whose log is a tool's or the server's own; the others explain themselves. */
const steps = new Set(['build', 'start', 'handshake', 'switch'])

/**
 * What to do about the well-known faults, by the last lines of a log. Null where none is known.
 * `step` is the deployment's step that failed, `said` what that step itself had to say. A warning counts
 * only where no other line tells more, and not at all where the server answered.
 */
export function hintFor(lines: string[], step: string, said = ''): string | null {
  if (!steps.has(step)) return null
  const last = lines
    .slice(-maxLines)
    .map((line) => line.slice(0, maxLineLength))
    // npm warns of much that harms nothing, in the words of what does.
    .filter((line) => !/^npm warn/i.test(line))
  const plain = firstHint(
    last.filter((line) => !warning.test(line)),
    step,
    said,
  )
  return plain ?? (refused.test(said) ? null : firstHint(last, step, said))
}

const warning = /^.{0,60}?\bwarn(?:ing)?\b/i
/** The server runs, and says with its answer what it holds against the handshake. */
const refused = /\b(?:HTTP|answers) [34]\d\d\b/

function firstHint(lines: string[], step: string, said: string): string | null {
  const whole = [lines.join('\n')]
  for (const fault of knownFaults) {
    if (fault.step !== undefined && fault.step !== step) continue
    if (fault.said !== undefined && !fault.said.test(said)) continue
    for (const line of fault.across ? whole : lines) {
      const match = fault.pattern.exec(line)
      if (match !== null) return fault.hint(match)
    }
  }
  return null
}
