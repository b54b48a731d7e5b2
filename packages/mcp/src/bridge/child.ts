import { spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { isMessage, type Message } from './json-rpc.ts'
import { createLineReader } from './line-reader.ts'
import { log, oneLine } from './log.ts'

/** One process that speaks MCP over stdio: a message a line, at most 64 MiB long. */
export type Child = {
  readonly pid: number | undefined
  /** Takes one message without line breaks. False: the child leaves too much unread. */
  send(line: string): boolean
  /** Reads nothing more of what it writes until `until` is settled. */
  hold(until: Promise<unknown>): void
  /** Closes its stdin, then SIGTERM, then SIGKILL to its whole process group. Resolves when it is gone. */
  stop(): Promise<void>
  /** Why it is gone, for people: exit code and the last lines of its stderr. */
  readonly gone: Promise<string>
}

const maxLineBytes = 64 * 1024 * 1024
const maxUnreadBytes = 32 * 1024 * 1024
const politeMs = 1000
const termMs = 2000
const tailBytes = 4096

export function startChild(
  command: readonly [string, ...string[]],
  onMessage: (message: Message, line: string) => void,
): Child {
  const [program, ...args] = command
  // A group of its own, so that what it starts ends with it.
  const child = spawn(program, args, { stdio: 'pipe', detached: true })
  const { stdin, stdout, stderr, pid } = child
  let tail = Buffer.alloc(0)
  let holds = 0

  const reader = createLineReader(
    maxLineBytes,
    (line) => {
      for (const message of parse(line, pid)) onMessage(...message)
    },
    () => log(`child ${pid}: a line of more than ${maxLineBytes} bytes on stdout is left out`),
  )
  stdout.on('data', reader.push)
  stdout.on('end', reader.end)
  stderr.on('data', (chunk: Buffer) => {
    process.stderr.write(chunk)
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes)
  })
  // What a child that is gone leaves unread is told by its exit.
  stdin.on('error', () => {})

  const gone = new Promise<string>((resolve) => {
    child.on('error', (error) => {
      if (pid === undefined) resolve(`The server's command cannot be started: ${error.message}`)
    })
    child.on('exit', () => {
      signal('SIGKILL')
      // Something of it that left the group may hold its output open.
      setTimeout(() => [stdout, stderr].forEach((one) => void one.destroy()), politeMs).unref()
    })
    child.on('close', (code, by) => {
      const how = by === null ? `exited with code ${code}` : `was ended by ${by}`
      resolve(`The server's process ${how}.${lastLines(tail)}`)
    })
  })

  function signal(name: NodeJS.Signals): void {
    if (pid === undefined) return
    try {
      process.kill(-pid, name)
    } catch {
      // Nobody is left in the group.
    }
  }

  return {
    pid,
    gone,
    send(line) {
      if (stdin.writableLength > maxUnreadBytes) return false
      stdin.write(`${line}\n`)
      return true
    },
    hold(until) {
      holds++
      stdout.pause()
      void until.finally(() => --holds === 0 && stdout.resume())
    },
    async stop() {
      stdin.end()
      const timers = [
        setTimeout(signal, politeMs, 'SIGTERM'),
        setTimeout(signal, politeMs + termMs, 'SIGKILL'),
      ]
      // What nobody reads any more must not keep it from ending.
      stdout.removeAllListeners('data').resume()
      await gone
      timers.forEach(clearTimeout)
    },
  }
}

/** A child of 2025-03-26 may write several messages as one array. */
function* parse(line: string, pid: number | undefined): Generator<[Message, string]> {
  const value = tryParse(line)
  if (isMessage(value)) return yield [value, line]
  if (Array.isArray(value) && value.length > 0 && value.every(isMessage))
    return yield* value.map((one): [Message, string] => [one, JSON.stringify(one)])
  log(`child ${pid}: a line on stdout that is no JSON-RPC message: ${oneLine(line, 200)}`)
}

function tryParse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function lastLines(tail: Buffer): string {
  const lines = stripVTControlCharacters(tail.toString()).split('\n')
  const last = lines.map((line) => oneLine(line, 300).trim()).filter((line) => line !== '')
  return last.length > 0 ? ` It said last: ${last.slice(-5).join(' | ')}` : ''
}
