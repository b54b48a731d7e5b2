import { AppError } from '@moorage/domain/error'
import type { Command } from './plan.ts'

/** A published server, as `npx` and its kin name it. */
export type NpmPackage = {
  /** What to install, with versions as given: `@scope/name@1.2.3`. */
  packages: string[]
  /** The package whose command is meant by its name alone; null where `command` says it. */
  name: string | null
  /** One of the commands that the packages bring, or null: the package's own. */
  command: string | null
  args: string[]
}

/** How each client of the registry says "run this package", by its first words. */
const runners = [
  ['npx'],
  ['bunx'],
  ['bun', 'x'],
  ['npm', 'exec'],
  ['npm', 'x'],
  ['pnpm', 'dlx'],
  ['pnpx'],
  ['yarn', 'dlx'],
]
/** Options that change nothing where the package is installed once, at build time. */
const idle = /^(?:-y|--yes|-q|--quiet|--silent|--prefer-online|--prefer-offline|--bun|--verbose)$/
const packagePattern =
  /^((?:@[a-z0-9][a-z0-9._-]{0,100}\/)?[A-Za-z0-9][A-Za-z0-9._-]{0,100})(?:@[\w.^~*+-]{1,60})?$/

/** Null where the command names no package by itself. Throws plan_failed where it cannot be read. */
export function parseNpmPackage(start: Command): NpmPackage | null {
  const runner = runners.find((words) => words.every((word, index) => start[index] === word))
  return runner === undefined ? null : fromRunner(start.slice(runner.length))
}

function fromRunner(words: Command): NpmPackage {
  const packages: string[] = []
  let at = 0
  for (; words[at]?.startsWith('-') && words[at] !== '--'; at += 1) {
    const [option = '', joined] = (words[at] ?? '').split(/=(.*)/s)
    if (idle.test(option)) continue
    if (option !== '-p' && option !== '--package') {
      throw refused(`the option ${option.slice(0, 60)} is not known here`)
    }
    if (joined === undefined) at += 1
    packages.push(checked(joined ?? words[at] ?? ''))
  }
  const [named, ...rest] = words.slice(words[at] === '--' ? at + 1 : at)
  if (named === undefined) throw refused('it names no package')
  // npm takes a `--` after the package for itself.
  const args = rest[0] === '--' ? rest.slice(1) : rest
  if (packages.length === 0) {
    const spec = checked(named)
    return { packages: [spec], name: packagePattern.exec(spec)?.[1] ?? spec, command: null, args }
  }
  if (!/^[A-Za-z0-9][\w.-]{0,100}$/.test(named)) throw refused('its command is not a plain name')
  return { packages, name: null, command: named, args }
}

function checked(spec: string): string {
  if (packagePattern.test(spec)) return spec
  throw refused(`${spec.slice(0, 100) || 'nothing'} is not a package of the npm registry`)
}

function refused(why: string): AppError {
  return new AppError(
    'plan_failed',
    `The start command of an npm package cannot be used: ${why}.`,
    {
      hint: 'Write it as npx -y @modelcontextprotocol/server-everything, with @1.2.3 for one version. What is not published is deployed from its repository.',
    },
  )
}
