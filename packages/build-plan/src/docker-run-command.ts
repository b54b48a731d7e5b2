import { AppError } from '@moorage/domain/error'
import type { Command } from './plan.ts'

/** What `docker run` says of an MCP server. */
export type DockerRun = {
  image: string
  /** Variables that it gives a value. */
  env: Record<string, string>
}

const plain = /^(?:-i|-t|-it|-ti|--rm|--init|--interactive|--tty|--quiet|-q)$/
/** Options with a value that mean nothing here: the platform names, connects and limits containers. */
const ignored = /^(?:--name|--network|--net|--pull|--platform|--memory|-m|--cpus|--user|-u)$/

/** Null where it is another command. Throws plan_failed where the command asks for what cannot be had. */
export function parseDockerRun(start: Command): DockerRun | null {
  const [program = '', ...words] = start
  if (!/^(?:docker|podman)$/.test(program)) return null
  const options = words.slice(words[0] === 'container' ? 2 : 1)
  if (!words.slice(0, 2).includes('run')) throw refused('only `run` is understood')
  const env: Record<string, string> = {}
  let at = 0
  for (; options[at]?.startsWith('-'); at += 1) {
    const [option = '', joined] = (options[at] ?? '').split(/=(.*)/s)
    if (plain.test(option)) continue
    const value = joined ?? options[++at] ?? ''
    if (option === '-e' || option === '--env') addVariable(env, value)
    else if (!ignored.test(option)) throw refused(`the option ${option.slice(0, 60)} has no place`)
  }
  const [image, ...args] = options.slice(at)
  if (image === undefined) throw refused('it names no image')
  if (args.length > 0) throw refused('words after the image are arguments to its own command')
  return { image, env }
}

/** `-e NAME` alone hands on what the shell holds: here the server's own variables are there anyway. */
function addVariable(env: Record<string, string>, word: string): void {
  const at = word.indexOf('=')
  if (at > 0) env[word.slice(0, at)] = word.slice(at + 1)
}

function refused(why: string): AppError {
  return new AppError('plan_failed', `The docker command cannot be taken over: ${why} here.`, {
    hint: 'Give the image by itself, the whole command as the start command, and the rest as variables.',
  })
}
