import type { Check } from './conformance-suite.ts'

/** A check that came out another way, or only on one side. `why`: the reason that is known for it. */
export type Difference = {
  scenario: string
  id: string
  direct: string[]
  through: string[]
  message?: string | undefined
  why?: string | undefined
}

/** What differs between the same run against the server itself and through something. */
export function compareChecks(direct: readonly Check[], through: readonly Check[]): Difference[] {
  const before = byCheck(direct)
  const after = byCheck(through)
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => {
    const [scenario = '', id = ''] = key.split(' ')
    const sides = { direct: statuses(before.get(key)), through: statuses(after.get(key)) }
    if (sides.direct.join() === sides.through.join()) return []
    const message = after.get(key)?.find((check) => check.errorMessage)?.errorMessage
    return [{ scenario, id, ...sides, message }]
  })
}

/** A check may come several times in a scenario, in an order that is nobody's promise. */
function byCheck(checks: readonly Check[]): Map<string, Check[]> {
  return Map.groupBy(checks, ({ scenario, id }) => `${scenario} ${id}`)
}

function statuses(checks: readonly Check[] = []): string[] {
  return checks.map(({ status }) => status).sort()
}
