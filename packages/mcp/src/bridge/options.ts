import { parseArgs } from 'node:util'

export type Options = {
  port: number
  host: string
  /** Of the streamable HTTP endpoint, both eras. */
  path: string
  /** Of the older HTTP+SSE endpoint (2024-11-05). */
  ssePath: string
  maxChildren: number
  idleMs: number
  /** What to run: a program and its arguments. */
  command: readonly [string, ...string[]]
}

const usage =
  'usage: main --port N [--host H] [--path /mcp] [--sse-path /sse] [--max-children N] [--idle-seconds N] -- COMMAND [ARGUMENT...]'

/** Throws an Error with the usage in it. */
export function parseOptions(args: readonly string[]): Options {
  const end = args.indexOf('--')
  const [program, ...rest] = end < 0 ? [] : args.slice(end + 1)
  if (program === undefined) throw new Error(usage)
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: args.slice(0, end),
    options: {
      port: text,
      host: { ...text, default: '127.0.0.1' },
      path: { ...text, default: '/mcp' },
      'sse-path': { ...text, default: '/sse' },
      'max-children': { ...text, default: '32' },
      'idle-seconds': { ...text, default: '1800' },
    },
  })
  return {
    port: whole(values.port),
    host: values.host,
    path: values.path,
    ssePath: values['sse-path'],
    maxChildren: whole(values['max-children']),
    idleMs: whole(values['idle-seconds']) * 1000,
    command: [program, ...rest],
  }
}

function whole(value: string | undefined): number {
  if (!/^\d{1,7}$/.test(value ?? '')) throw new Error(usage)
  return Number(value)
}
