import type { BuildPlan } from '@moorage/build-plan/plan'
import { plain, type Terminal } from './terminal.ts'

/** A directory that is a server, or that would be one but for `failure`. */
export type Listed = {
  rootDir: string
  plan?: BuildPlan
  failure?: { message: string; hint: string | null }
}

/** What is done, and the reason for every choice. */
export function showPlan({ print, colors }: Terminal, plan: BuildPlan): void {
  const line = (name: string, value: string) => print(`  ${name.padEnd(11)}${plain(value)}`)
  print(colors.bold(plain(plan.flavor)))
  if (plan.image) line('image', plan.image)
  if (plan.remote) line('address', plan.remote.url)
  else line('directory', plan.rootDir)
  if (plan.dockerfile) line('file', plan.dockerfile)
  if (plan.base) line('base', `${plan.base.language} ${plan.base.version}`)
  if (plan.packages.length > 0) line('packages', plan.packages.join(' '))
  if (plan.buildPackages?.length) line('for build', plan.buildPackages.join(' '))
  for (const words of plan.install.run) line('install', commandLine(words))
  for (const words of plan.build.run) line('build', commandLine(words))
  if (plan.output) line('keeps', plan.output.paths.join(' '))
  if (plan.start.command.length > 0) line('start', commandLine(plan.start.command))
  line('listens', listens(plan))
  print('')
  print(colors.bold('Because'))
  for (const { choice, value, because } of plan.reasons)
    print(`  ${plain(choice)}: ${plain(value)}\n    ${colors.dim(plain(because))}`)
}

/** Several servers in one repository: each is deployed by its root directory. */
export function showServers({ print, colors }: Terminal, servers: Listed[]): void {
  const width = Math.max(...servers.map(({ rootDir }) => rootDir.length)) + 2
  print(
    colors.bold(
      servers.length === 1 ? 'One server is here:' : `${servers.length} servers are here:`,
    ),
  )
  for (const { rootDir, plan, failure } of servers) {
    print(
      `  ${plain(rootDir).padEnd(width)}${plan ? plain(plan.flavor) : colors.red(plain(failure?.message ?? ''))}`,
    )
    if (failure?.hint) print(`  ${' '.repeat(width)}${colors.dim(plain(failure.hint))}`)
  }
  print('')
  print(`The plan of one: moorage plan --root ${servers[0]?.rootDir ?? '.'}`)
}

function listens({ kind, port, path, transport }: BuildPlan): string {
  if (kind === 'remote') return `elsewhere, ${transport}`
  if (transport === 'stdio')
    return `stdio; Moorage puts its bridge in front, on port ${port}, path ${path}`
  return `port ${port}, path ${path}, ${transport}`
}

/** For reading: long scripts are cut. */
function commandLine(words: string[]): string {
  const shown = words.map((word) => {
    const short = word.length > 160 ? `${word.slice(0, 150).replace(/\s+/g, ' ')}...` : word
    return /^[\w@%+=:,./${}-]+$/.test(short) ? short : JSON.stringify(short)
  })
  return shown.join(' ')
}
