import type { BuildPlan } from '@moorage/build-plan/plan'

/** What a package manager says when it brings something in, from the network or its cache. */
const brings =
  /\b(?:added \d+ packages|Installed \d+ packages?|Prepared \d+ packages?|Downloading |Downloaded |Collecting |packages? (?:are|were) (?:added|installed)|Progress: resolved|go: downloading|Unpacking [a-z0-9.+-]+ \()/

/**
 * What a build installed, out of its log: the plan's install commands that it does not call cached,
 * and every line in which a package manager says that it brought something in.
 */
export function installedBy(plan: BuildPlan, log: string[]): string[] {
  const cached = new Set(log.flatMap((line) => /^(#\d+) CACHED$/.exec(line)?.[1] ?? []))
  const ran = log.flatMap((line) => {
    const [, step, command] = /^(#\d+) .*?RUN (.*)$/.exec(line) ?? []
    return step !== undefined && command !== undefined && !cached.has(step) ? [command] : []
  })
  const installs = [...plan.install.run, ...(plan.dependencies?.run ?? [])].map((command) =>
    command.join(' ').replaceAll(/\s+/g, ' '),
  )
  return [
    ...ran.filter((command) => installs.includes(command)),
    ...log.filter((line) => brings.test(line)),
  ]
}
