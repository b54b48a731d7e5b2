import { setTimeout as sleep } from 'node:timers/promises'
import type { ApiOutputs } from '@moorage/api/app-router'
import { isTransient } from '../api.ts'
import { chooseSlug } from '../choose-slug.ts'
import { CliError } from '../cli-error.ts'
import { deploymentId } from '../deployment-id.ts'
import { clock, duration } from '../format.ts'
import type { Session } from '../session.ts'
import { plain, type Terminal } from '../terminal.ts'

type Flags = {
  follow?: boolean
  lines: number
  build?: boolean
  requests?: boolean
  failed?: boolean
  search?: string
  deployment?: string
}

type LogLine = ApiOutputs['logs']['query'][number]
type RequestLine = ApiOutputs['logs']['requests'][number]

const pollMs = 300
const pageSize = 1000

/** The newest lines, oldest of them first; with --follow, new ones as they come. */
export async function logs(
  session: Session,
  named: string | undefined,
  flags: Flags,
): Promise<void> {
  if (flags.requests && (flags.build || flags.search || flags.deployment))
    throw new CliError('--requests goes with --failed, --follow and --lines only.', { exitCode: 2 })
  if (flags.failed && !flags.requests)
    throw new CliError('--failed goes with --requests.', { exitCode: 2 })
  const slug = await chooseSlug(session, named)
  const { api, terminal } = session
  if (flags.requests) {
    const filter = {
      slug,
      payloads: terminal.json,
      ...(flags.failed ? { failedOnly: true } : {}),
    }
    return show(
      terminal,
      flags,
      (page) => api.logs.requests.query({ ...filter, ...page }),
      requestLine,
    )
  }
  const filter = { slug, ...(await lineFilter(session, slug, flags)) }
  return show(terminal, flags, (page) => api.logs.query.query({ ...filter, ...page }), logLine)
}

async function lineFilter(session: Session, slug: string, flags: Flags) {
  const id = flags.deployment
    ? await deploymentId(session, flags.deployment, slug)
    : flags.build
      ? (await session.api.servers.get.query({ slug })).latest?.id
      : undefined
  return {
    streams: flags.build
      ? (['build', 'system'] as const).slice()
      : (['stdout', 'stderr', 'system'] as const).slice(),
    ...(id ? { deploymentId: id } : {}),
    ...(flags.search ? { search: flags.search } : {}),
  }
}

type Page = { limit: number; after?: string }

async function show<Line extends { id: string }>(
  terminal: Terminal,
  flags: Flags,
  read: (page: Page) => Promise<Line[]>,
  format: (terminal: Terminal, line: Line) => string,
): Promise<void> {
  const first = await read({ limit: Math.min(flags.lines, pageSize) })
  if (terminal.json && !flags.follow) return terminal.printJson(first)
  // Followed, each line is a JSON document of its own.
  const print = (line: Line) =>
    terminal.print(terminal.json ? JSON.stringify(line) : format(terminal, line))
  first.forEach(print)
  if (first.length === 0 && !flags.follow) terminal.note('No lines.')
  let after = first.at(-1)?.id ?? '0'
  while (flags.follow) {
    const lines = await read({ after, limit: pageSize }).catch((error: unknown) => {
      if (isTransient(error)) return []
      throw error
    })
    lines.forEach(print)
    after = lines.at(-1)?.id ?? after
    if (lines.length < pageSize) await sleep(pollMs)
  }
}

function logLine({ colors }: Terminal, line: LogLine): string {
  const color =
    line.stream === 'stderr'
      ? colors.yellow
      : line.stream === 'system'
        ? colors.cyan
        : (it: string) => it
  return `${colors.dim(clock(line.at))} ${colors.dim(line.stream.padEnd(6))} ${color(plain(line.text))}`
}

function requestLine({ colors }: Terminal, line: RequestLine): string {
  const failed = line.status >= 400 || line.rpcErrorCode !== null
  const code = line.rpcErrorCode === null ? '' : ` (${line.rpcErrorCode})`
  const status = `${line.status}${code}${line.refusedBy === null ? '' : ` by ${line.refusedBy}`}`
  return [
    colors.dim(clock(line.at)),
    failed ? colors.red(status) : colors.green(status),
    duration(line.durationMs).padStart(8),
    plain([line.rpcMethod ?? line.httpMethod, line.target].filter(Boolean).join(' ')),
    colors.dim(plain([line.clientName, line.principalName].filter(Boolean).join(', '))),
  ].join('  ')
}
