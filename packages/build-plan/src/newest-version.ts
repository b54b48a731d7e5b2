import type { BuildPlan, Command, Reason } from './plan.ts'
import type { Context } from './provider.ts'

const askedAtName = 'MOORAGE_ASKED_AT'

/**
 * The command that installs packages by name. Where one of them names no exact version, it is
 * another command for each deployment: the same would be taken from a cached layer, with whatever
 * was the newest when that was made.
 */
export function installNewest(install: Command, isPinned: boolean, { askedAt }: Context): Command {
  if (isPinned || askedAt === undefined) return install
  return ['env', `${askedAtName}=${askedAt.toISOString()}`, ...install]
}

export function namedReason(packages: readonly string[], isPinned: boolean): Reason {
  const when = isPinned ? 'it is installed when the server is built' : 'each build takes the newest'
  return {
    choice: 'Dependencies',
    value: packages.join(' '),
    because: `the start command names it; ${when}`,
  }
}

const installed = /\bInstalled ((?:@[\w.-]{1,100}\/)?[\w.-]{1,100}@[\w.+!-]{1,60})$/

/** The plan with the version that its build took, where this line of the build's log tells it. */
export function withVersion(plan: BuildPlan, line: string): BuildPlan {
  const value = installed.exec(line)?.[1]
  const isKnown = plan.reasons.some(({ choice }) => choice === 'Version')
  if (value === undefined || isKnown || !takesNewest(plan)) return plan
  const because = 'it was the newest that fits when this was built'
  return { ...plan, reasons: [...plan.reasons, { choice: 'Version', value, because }] }
}

function takesNewest(plan: BuildPlan): boolean {
  return plan.install.run.some(([, asked]) => asked?.startsWith(`${askedAtName}=`))
}
