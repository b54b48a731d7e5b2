import { stripVTControlCharacters } from 'node:util'
import pc from 'picocolors'
import type { Env } from './env.ts'

/** Results go to stdout, all else to stderr, so that either can be piped. */
export type Terminal = {
  json: boolean
  /** Whether a person looks at stderr: only then are there spinners and prompts. */
  interactive: boolean
  colors: ReturnType<typeof pc.createColors>
  /** A line of the result. */
  print(line: string): void
  /** The result as data. */
  printJson(data: unknown): void
  /** A line about how it goes. */
  note(line: string): void
}

export function createTerminal(env: Env, options: { json: boolean }): Terminal {
  const interactive = Boolean(process.stderr.isTTY && process.stdin.isTTY) && env.colors
  return {
    json: options.json,
    interactive,
    colors: pc.createColors(env.colors && Boolean(process.stdout.isTTY) && !options.json),
    print: (line) => void process.stdout.write(`${line}\n`),
    printJson: (data) => void process.stdout.write(`${JSON.stringify(data, null, 2)}\n`),
    note: (line) => void process.stderr.write(`${line}\n`),
  }
}

/** One line of somebody else's text without anything that steers a terminal. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll('\t', '  ')
    .replace(/\p{Cc}/gu, '')
}
