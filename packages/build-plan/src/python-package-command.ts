import { AppError } from '@moorage/domain/error'
import type { Command } from './plan.ts'

/** A published server, as `uvx` and its kin name it. */
export type PythonPackage = {
  /** What to install, the package itself first: PEP 508, or git+https. */
  requirements: string[]
  /** "3.12", where `--python` asks for it. */
  python: string | null
  command: Command
  /** The console script that the command starts; null for `python -m`. */
  program: string | null
}

/** Options that change nothing where the package is installed once, at build time. */
const idle =
  /^(?:-q|--quiet|-v|--verbose|-n|--no-cache|--refresh|--isolated|--yes|-y|--no-progress)$/
const requirement =
  /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9,._ -]+\])?(?: ?(?:===?|[<>~!]=?)[A-Za-z0-9.,*+!<>=~ -]+)?$/
const repository =
  /^(?:[A-Za-z0-9][\w.-]* ?@ ?)?git\+https:\/\/[A-Za-z0-9.-]+(?::\d+)?\/[\w./@~%+#=&-]+$/

/** Null where the command names no package by itself. Throws plan_failed where it cannot be read. */
export function parsePythonPackage(start: Command): PythonPackage | null {
  const [first = '', second = '', third = ''] = start
  if (first === 'uvx') return fromRunner(start.slice(1), '--from')
  if (first === 'uv' && second === 'tool' && third === 'run')
    return fromRunner(start.slice(3), '--from')
  if (first === 'pipx' && second === 'run') return fromRunner(start.slice(2), '--spec')
  return null
}

/** `python -m module`: the package has the module's name, as far as anybody can tell. */
export function parsePythonModule(start: Command): PythonPackage | null {
  const [program = '', flag, module = '', ...args] = start.filter((word) => word !== '-u')
  if (!/^python(?:3(?:\.\d{1,2})?)?$/.test(program) || flag !== '-m') return null
  if (!/^[A-Za-z_][\w.]{0,100}$/.test(module)) return null
  const name = (module.split('.')[0] ?? module).replaceAll('_', '-')
  const command = ['.venv/bin/python', '-u', '-m', module, ...args]
  return { requirements: [name], python: null, command, program: null }
}

function fromRunner(words: Command, fromOption: '--from' | '--spec'): PythonPackage {
  const found = {
    from: null as string | null,
    python: null as string | null,
    extra: [] as string[],
  }
  let at = 0
  while (words[at]?.startsWith('-')) {
    const [option = '', joined] = split(words[at] ?? '')
    at += 1
    if (idle.test(option)) continue
    const value = joined ?? words[at] ?? ''
    if (joined === undefined) at += 1
    if (option === fromOption) found.from = value
    else if (option === '--with') found.extra.push(...value.split(','))
    else if (option === '--python' || option === '-p') found.python = pythonVersion(value)
    else throw refused(`the option ${option.slice(0, 60)} is not known here`)
  }
  const [named, ...args] = words.slice(at)
  if (named === undefined) throw refused('it names no package')
  const main = found.from ?? named
  const requirements = [main, ...found.extra].map(pinned)
  const program = found.from === null ? nameOf(named) : named
  if (!/^[A-Za-z0-9][\w.-]{0,100}$/.test(program)) throw refused('its command is not a plain name')
  return { requirements, python: found.python, command: [`.venv/bin/${program}`, ...args], program }
}

function split(word: string): [string, string | undefined] {
  const at = word.startsWith('--') ? word.indexOf('=') : -1
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

/** `name@1.2` is uvx's way to write `name==1.2`, and `@latest` asks for no version at all. */
function pinned(value: string): string {
  const exact = /^([A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?)@([\w.+!-]+)$/.exec(value)
  const plain =
    exact === null ? value : exact[2] === 'latest' ? exact[1] : `${exact[1]}==${exact[2]}`
  if (plain === undefined || plain.length > 300) throw refused('it names no package')
  if (requirement.test(plain) || repository.test(plain)) return plain
  throw refused(
    `${plain.slice(0, 100)} is not a package of a Python registry or a git+https address`,
  )
}

function nameOf(value: string): string {
  return value.replace(/[[@ =<>~!].*$/, '')
}

function pythonVersion(value: string): string {
  const version = /^(?:python|cpython-?)?(3\.\d{1,2})(?:\.\d+)?$/.exec(value)?.[1]
  if (version === undefined) throw refused('--python names no version such as 3.12')
  return version
}

function refused(why: string): AppError {
  return new AppError(
    'plan_failed',
    `The start command of a Python package cannot be used: ${why}.`,
    {
      hint: 'Write it as uvx mcp-server-time, uvx mcp-server-time@2026.1.1 or uvx --from PACKAGE COMMAND.',
    },
  )
}
